import type { RunId } from "@holdfast/protocol";
import { HoldfastError, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "./context.ts";
import { endpointAnswer } from "./endpoint-answer.ts";
import { sendError, tokenRefused } from "./errors.ts";
import { runIdOf } from "./run-id.ts";

/** Requests that wait at once; one more is told at once that the run goes on. */
const WAITING_MAX = 10_000;

/** Longer than any wait: the connection is not given up while nothing moves on it. */
const SOCKET_MS = 2 * LIMITS.endpointOutputWaitMs;

type Output = FastifyRequest<{ Params: { runId: string }; Querystring: { token?: string } }>;

/**
 * `GET …/:runId/output?token=`: waits for the end of a durable endpoint's run, and answers as the endpoint did
 * (wire-protocol 16.3). Asked by whoever called the endpoint, often a browser that was sent on to here by the app.
 */
export function endpointOutputRoutes(app: FastifyInstance, context: ApiContext): void {
  const { executor, machineClock, realtime, tokens } = context;
  const waiting = new Set<() => void>();
  let isClosing = false;
  app.addHook("preClose", (done) => {
    isClosing = true;
    for (const giveUp of waiting) giveUp();
    done();
  });

  /** Resolves when the run ended, when it takes too long, and when nobody waits any more. */
  function wait(runId: RunId, reply: FastifyReply): { readonly over: Promise<void>; stop(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const leave = realtime.follow({ runId, kinds: new Set(["run.ended"]) }, () => resolve());
    const limit = machineClock.after(LIMITS.endpointOutputWaitMs, resolve);
    waiting.add(resolve);
    reply.raw.once("close", resolve);
    return {
      over: promise,
      stop() {
        leave();
        limit.cancel();
        waiting.delete(resolve);
        reply.raw.off("close", resolve);
      },
    };
  }

  async function answer(request: Output, reply: FastifyReply): Promise<FastifyReply> {
    void reply.header("access-control-allow-origin", "*");
    const { token = "" } = request.query;
    if (token === "") return sendError(reply, tokenRefused());
    const runId = runIdOf(request.params.runId);
    if (!(await tokens.checkOutput(token, runId, machineClock.now())))
      return sendError(reply, tokenRefused());
    // Followed before the run is looked at, so that an end in between is not missed.
    const waited = wait(runId, reply);
    try {
      let view = await executor.view(runId);
      if (view !== null && view.end === null && waiting.size <= WAITING_MAX) {
        request.raw.socket.setTimeout(SOCKET_MS);
        await waited.over;
        view = await executor.view(runId);
        // Otherwise the connection would stay open for a next request, and hold up the end.
        if (isClosing) void reply.header("connection", "close");
      }
      if (view === null) return sendError(reply, new HoldfastError("not_found", `Run not found: ${runId}`));
      if (view.end === null)
        return reply.send({ status: "running", message: "run did not end within 5 minutes" });
      const { body, headers, status } = endpointAnswer(view.end);
      return reply
        .code(status)
        .headers({ ...headers, ...SANDBOX })
        .send(body);
    } finally {
      waited.stop();
    }
  }

  for (const prefix of ["/v1/checkpoint", "/v1/http/runs"]) {
    app.get<{ Params: { runId: string }; Querystring: { token?: string } }>(
      `${prefix}/:runId/output`,
      { config: { access: "run-token" } },
      answer,
    );
  }
}

/** What an app wrote is shown under this server's origin: a page of it must not run as one of ours. */
const SANDBOX = { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" };
