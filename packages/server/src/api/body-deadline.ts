import type { FastifyInstance } from "fastify";
import type { Clock } from "#kernel";

/**
 * Gives every request so long to arrive whole, but for those that are streams and last as long as what they report. Node's
 * own limit knows no exception; its answer is given here, by the handler of malformed requests.
 */
export function bodyDeadline(app: FastifyInstance, clock: Clock, deadlineMs: number): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const { raw } = request;
    if (!raw.complete && request.routeOptions.config.streamed !== true) {
      const cut = clock.after(deadlineMs, () => {
        if (raw.complete) return;
        const error = Object.assign(new Error("The request did not arrive in time."), {
          code: "ERR_HTTP_REQUEST_TIMEOUT",
        });
        app.server.emit("clientError", error, raw.socket);
      });
      raw.once("close", () => cut.cancel());
    }
    done();
  });
}
