import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ServerKind } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import { sendError } from "./errors.ts";

/** What Node says of a request that is not to be had: its status and a sentence. Anything else is malformed. */
const FRAMING: Readonly<Record<string, readonly [status: number, sentence: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "The request did not arrive in time."],
  HPE_HEADER_OVERFLOW: [431, "The request's headers are too large."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The request's chunk extensions are too large."],
};
const MALFORMED = [400, "The request is not valid HTTP."] as const;

/**
 * Answers for requests that never reach a route, in the same envelope as every other error. It matters: an SDK takes an
 * answer to its registration for success unless the body itself says `status` (wire-protocol 4.5).
 */
export function framingErrors(serverKind: ServerKind): {
  readonly clientErrorHandler: (error: Error & { code?: string }, socket: Socket) => void;
  readonly frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => void;
} {
  return {
    clientErrorHandler(error, socket) {
      if (error.code === "ECONNRESET" || socket.destroyed) return;
      const [status, sentence] = FRAMING[error.code ?? ""] ?? MALFORMED;
      const body = JSON.stringify({ code: "request_invalid", error: sentence, status });
      if (socket.writable) {
        socket.write(
          `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nx-inngest-server-kind: ${serverKind}\r\n` +
            "cache-control: no-store\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n" +
            `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
      }
      socket.destroy(error);
    },
    frameworkErrors(cause, request, reply) {
      void reply
        .header("x-inngest-server-kind", serverKind)
        .header("cache-control", "no-store")
        .header("x-request-id", request.id);
      void sendError(
        reply,
        new HoldfastError(
          "request_invalid",
          "The request's path is malformed or has a part that is too long.",
          {
            cause,
          },
        ),
      );
    },
  };
}
