import type { IncomingMessage } from "node:http";
import { createHandler } from "../serve/create-handler.ts";
import { UNAUTHORIZED } from "../serve/refusal.ts";
import { fromNodeRequest } from "./node-exchange.ts";
import type { AdapterOptions } from "./options.ts";

/** What is used of a request of Fastify's. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly originalUrl: string;
  readonly body?: unknown;
}

/** What is used of a reply of Fastify's. */
export interface FastifyReplyLike {
  code(status: number): FastifyReplyLike;
  headers(headers: Readonly<Record<string, string>>): FastifyReplyLike;
  send(body: string | ReadableStream<Uint8Array>): FastifyReplyLike;
}

/** What is used of an instance of Fastify's. */
export interface FastifyInstanceLike {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    contentType: string,
    parser: (request: unknown, payload: unknown, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown;
  setErrorHandler(
    handler: (error: unknown, request: unknown, reply: FastifyReplyLike) => FastifyReplyLike,
  ): unknown;
  all(
    path: string,
    handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<FastifyReplyLike>,
  ): unknown;
}

export interface FastifyPluginOptions extends AdapterOptions {
  /** Where the functions are served: `/api/inngest` when absent. */
  readonly path?: string;
}

/**
 * A plugin for Fastify that serves functions at a path. Inside of it bodies are left alone, so that the signature is
 * verified over the bytes that came; the rest of the app parses as before.
 *
 * @example
 * ```ts
 * await app.register(plugin, { client, functions: [ship] });
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export async function plugin(app: FastifyInstanceLike, options: FastifyPluginOptions): Promise<void> {
  const { body, headers, status } = UNAUTHORIZED;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  // What Fastify refuses by itself, such as a content type that is none, nobody has verified.
  app.setErrorHandler((_error, _request, reply) => reply.code(status).headers(headers).send(body));
  app.all(options.path ?? "/api/inngest", serve(options));
}

/**
 * A handler for a route of Fastify's. Where its own parser has read the body, the bytes are written again from what it
 * made of them; the plugin avoids that.
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(
  options: AdapterOptions,
): (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<FastifyReplyLike> {
  const handler = createHandler(options, "fastify");
  return async ({ raw, originalUrl, body }, reply) => {
    const answer = await handler(fromNodeRequest(raw, options, { originalUrl, body }));
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  };
}
