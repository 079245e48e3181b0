import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { Clock } from "#kernel";

/**
 * Gives every request so long to arrive whole, but for those that are streams and last as long as what they report. Node's
 * own limit knows no exception.
 */
export function bodyDeadline(app: FastifyInstance, clock: Clock, deadlineMs: number): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { raw } = request;
    if (!raw.complete && request.routeOptions.config.streamed !== true) {
      const cut = clock.after(deadlineMs, () => {
        if (raw.complete || reply.sent) return;
        const { code, message, next } = new HoldfastError(
          "request_invalid",
          "The request did not arrive in time.",
        );
        // What still comes in belongs to no request any more.
        void reply.code(408).header("connection", "close").send({ code, error: message, next, status: 408 });
      });
      raw.once("close", () => cut.cancel());
    }
    done();
  });
}
