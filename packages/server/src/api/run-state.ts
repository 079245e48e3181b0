import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import { actOf } from "./acting.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import { runIdOf } from "./run-id.ts";

type ById = { Params: { runId: string } };

/** The working state of a run, for apps whose call was too large to carry it (wire-protocol section 18). */
export function runStateRoutes(app: FastifyInstance, context: ApiContext): void {
  const { executor } = context;
  const options = { config: { access: "signing-key", permission: null, isForApps: true } } as const;

  const part =
    (which: "steps" | "events") => async (request: { params: { runId: string } }, reply: FastifyReply) => {
      const runId = runIdOf(request.params.runId);
      const state = await executor.state(runId);
      switch (state.kind) {
        case "live":
          return reply.header("content-type", "application/json; charset=utf-8").send(state[which]);
        case "ended":
          return sendError(
            reply,
            new HoldfastError("run_state_gone", `runtime state is no longer available for runID: ${runId}`),
          );
        case "unknown":
          return sendError(reply, new HoldfastError("not_found", `Run not found: ${runId}`));
      }
    };
  app.get<ById>("/v0/runs/:runId/actions", options, part("steps"));
  app.get<ById>("/v0/runs/:runId/batch", options, part("events"));

  app.delete<ById>("/v0/runs/:runId", options, async (request, reply) => {
    const runId = runIdOf(request.params.runId);
    const outcome = await executor.cancel(
      runId,
      actOf(request, context.audit, "run.cancelled", { type: "run", id: runId, name: null }),
    );
    if (outcome === "cancelled") return reply.code(204).send();
    if (outcome === "ended")
      return sendError(reply, new HoldfastError("conflict", `Run ${runId} has already ended`));
    return sendError(reply, new HoldfastError("not_found", `Run not found: ${runId}`));
  });

  // SDKs report usage here; there is nothing Holdfast wants to know.
  app.post("/v0/telemetry", options, () => ({ status: 200 }));
}
