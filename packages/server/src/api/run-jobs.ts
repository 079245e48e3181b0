import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import { runIdOf } from "./run-id.ts";
import { v1Enveloped } from "./v1-envelope.ts";

/** Most jobs shown of one run (wire-protocol section 19). */
const JOBS_MAX = 10;

/** `GET /v1/runs/:id/jobs`: what of a run is queued, or under way. */
export function runJobRoutes(app: FastifyInstance, { clock, executor }: ApiContext): void {
  app.get<{ Params: { id: string } }>(
    "/v1/runs/:id/jobs",
    { config: { access: "signing-key", permission: "runs.read" } },
    async (request, reply) => {
      const runId = runIdOf(request.params.id);
      const history = await executor.history(runId);
      if (history === null)
        return sendError(reply, new HoldfastError("not_found", `Run not found: ${runId}`));
      return v1Enveloped(
        clock.now(),
        history.items.slice(0, JOBS_MAX).map((item, position) => ({
          JobID: `${runId}:${item.key}`,
          at: new Date(item.dueAt).toISOString(),
          position,
          kind: item.kind,
          attempt: item.attempt,
          Raw: { key: item.key, generation: item.generation, step_id: item.stepId ?? undefined },
        })),
      );
    },
  );
}
