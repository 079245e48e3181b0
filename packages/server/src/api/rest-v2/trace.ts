import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { traceOf } from "#executor";
import type { ApiContext } from "../context.ts";
import { payloadView } from "../payload-view.ts";
import { invokedRuns } from "./invoked-runs.ts";
import { enveloped } from "./message.ts";
import { runIdIn } from "./path-ids.ts";
import type { Fields } from "./query.ts";
import { flagField } from "./query.ts";
import { v2Route } from "./route.ts";
import { traceShape } from "./trace-shape.ts";

/** `GET /runs/{runId}/trace`: what happened in a run, as a tree. */
export function traceV2(app: FastifyInstance, context: ApiContext): void {
  const { clock, executor, registry } = context;

  app.get<{ Params: { runId: string }; Querystring: Fields }>(
    "/runs/:runId/trace",
    v2Route("runs.read"),
    async (request) => {
      const runId = runIdIn(request.params);
      const includeOutput = flagField(request.query, "includeOutput");
      const view = payloadView(request, context, { type: "run", id: runId });
      const history = await executor.history(runId);
      if (history === null) throw new HoldfastError("not_found", `Run not found: ${runId}`);
      const { functionId } = history.run;
      const now = clock.now();
      const root = traceOf(history, registry.function(functionId)?.name ?? functionId, now);
      const invoked = await invokedRuns(root, context);
      return enveloped(now, { runId, rootSpan: traceShape(root, { includeOutput, invoked, view }) });
    },
  );
}
