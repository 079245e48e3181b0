import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { payloadView } from "../payload-view.ts";
import { enveloped } from "./message.ts";
import { runIdIn } from "./path-ids.ts";
import type { Fields } from "./query.ts";
import { flagField } from "./query.ts";
import { v2Route } from "./route.ts";
import { listRuns, shapedRun } from "./run-list.ts";

/** `GET /runs` and `GET /runs/{runId}`. */
export function runsV2(app: FastifyInstance, context: ApiContext): void {
  const { clock, executor } = context;
  const lists = ["status", "appId", "app_id", "functionId", "function_id"];

  app.get<{ Querystring: Fields }>("/runs", v2Route("runs.read", lists), async (request) => {
    const { page, runs } = await listRuns(request, context);
    return enveloped(clock.now(), runs, page);
  });

  app.get<{ Params: { runId: string }; Querystring: Fields }>(
    "/runs/:runId",
    v2Route("runs.read"),
    async (request) => {
      const runId = runIdIn(request.params);
      const includeOutput = flagField(request.query, "includeOutput");
      const view = payloadView(request, context, { type: "run", id: runId });
      const found = await executor.view(runId);
      if (found === null) throw new HoldfastError("not_found", `Run not found: ${runId}`);
      return enveloped(clock.now(), await shapedRun(found, context, includeOutput, view));
    },
  );
}
