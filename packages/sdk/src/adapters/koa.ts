import type { IncomingMessage, ServerResponse } from "node:http";
import { createHandler } from "../serve/create-handler.ts";
import { exchange } from "./node-exchange.ts";
import type { AdapterOptions } from "./options.ts";

/** What is used of Koa's context. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  /** A body parser leaves what it read here. */
  readonly request: object;
  respond?: boolean;
}

/**
 * Serves functions from an app of Koa, with or without a body parser before it.
 *
 * @example
 * ```ts
 * router.all("/api/inngest", serve({ client, functions: [ship] }));
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): (context: KoaContext) => Promise<void> {
  const handler = createHandler(options, "koa");
  return (context) => {
    // Koa would write an answer of its own, and never a stream before it has ended.
    context.respond = false;
    const { body, rawBody } = context.request as { body?: unknown; rawBody?: unknown };
    const request = Object.assign(context.req, { originalUrl: context.originalUrl, body, rawBody });
    return exchange(handler, request, context.res, options);
  };
}
