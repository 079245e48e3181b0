import type { ServerKind } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import { sendError } from "./errors.ts";

/**
 * Answers for requests whose path leads to no route because it cannot be read, in the same envelope as every other error.
 * What is no request at all is answered at the door.
 */
export function framingErrors(serverKind: ServerKind): {
  readonly frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => void;
} {
  return {
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
          { cause },
        ),
      );
    },
  };
}
