import type { IncomingMessage, ServerResponse } from "node:http";
import type { Handler, IncomingRequest, OutgoingAnswer } from "../serve/contract.ts";
import { parseUrl } from "../serve/parse-url.ts";
import type { KeptParts, NodeRequest } from "./node-body.ts";
import { readNodeBody } from "./node-body.ts";
import { requestOrigin } from "./request-origin.ts";

/** Answers a request of Node's by a handler. Never rejects: neither does the handler, and a broken connection is no error. */
export async function exchange(
  handler: Handler,
  request: NodeRequest,
  response: ServerResponse,
  options: { readonly trustProxy?: boolean | undefined },
  kept: KeptParts = request,
): Promise<void> {
  await writeAnswer(response, await handler(fromNodeRequest(request, options, kept)));
}

/** A request of Node's as the handler takes it. */
export function fromNodeRequest(
  request: IncomingMessage,
  options: { readonly trustProxy?: boolean | undefined },
  kept: KeptParts,
): IncomingRequest {
  const { headers, socket } = request;
  const header = (name: string): string | null => {
    const value = headers[name.toLowerCase()];
    return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
  };
  return {
    method: request.method ?? "",
    target: targetOf(kept.originalUrl ?? request.url ?? "/"),
    origin: requestOrigin({
      // Only TLS sockets have the property; platforms that imitate Node may have no socket at all.
      scheme: (socket as { encrypted?: boolean } | null)?.encrypted === true ? "https" : "http",
      host: header("host") ?? header(":authority") ?? "",
      header,
      trustProxy: options.trustProxy === true,
    }),
    peerAddress: (socket as IncomingMessage["socket"] | null)?.remoteAddress ?? null,
    header,
    body: (bytesMax) => readNodeBody(request, kept, bytesMax),
  };
}

/** Path and query. A target may also be a whole URL (RFC 9112, 3.2.2), of which the rest is not to be believed. */
function targetOf(target: string): string {
  if (target.startsWith("/")) return target;
  const url = parseUrl(target);
  return url === null ? "/" : `${url.pathname}${url.search}`;
}

/** Writes an answer, piece by piece when it is a stream. */
export async function writeAnswer(response: ServerResponse, answer: OutgoingAnswer): Promise<void> {
  // Somebody else has answered, such as a time limit of the framework. There is nobody left to tell.
  if (response.headersSent) return;
  response.statusCode = answer.status;
  // Express names itself on every answer; who may not ask learns nothing.
  response.removeHeader("x-powered-by");
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  if (typeof answer.body === "string") {
    response.end(answer.body);
    return;
  }
  response.flushHeaders();
  await pump(answer.body, response);
}

async function pump(stream: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = stream.getReader();
  let resume = (): void => {};
  response.on("drain", () => resume());
  response.once("close", () => {
    resume();
    // Who listened is gone. The stream's end is of no interest then, however it comes about.
    reader.cancel().catch(() => {});
  });
  for (;;) {
    const { done, value } = await reader.read();
    if (done || response.destroyed) break;
    if (response.write(value)) continue;
    await new Promise<void>((resolve) => {
      resume = resolve;
    });
  }
  response.end();
}
