import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { enveloped } from "./message.ts";
import { runIdIn } from "./path-ids.ts";
import type { Fields } from "./query.ts";
import { flagField } from "./query.ts";
import { V2_ROUTE, v2RouteWithLists } from "./route.ts";
import { listRuns, shapedRun } from "./run-list.ts";

/** `GET /runs` and `GET /runs/{runId}`. */
export function runsV2(app: FastifyInstance, context: ApiContext): void {
  const { clock, executor } = context;
  const lists = ["status", "appId", "app_id", "functionId", "function_id"];

  app.get<{ Querystring: Fields }>("/runs", v2RouteWithLists(lists), async (request) => {
    const { page, runs } = await listRuns(request.query, context);
    return enveloped(clock.now(), runs, page);
  });

  app.get<{ Params: { runId: string }; Querystring: Fields }>("/runs/:runId", V2_ROUTE, async (request) => {
    const runId = runIdIn(request.params);
    const includeOutput = flagField(request.query, "includeOutput");
    const view = await executor.view(runId);
    if (view === null) throw new HoldfastError("not_found", `Run not found: ${runId}`);
    return enveloped(clock.now(), await shapedRun(view, context, includeOutput));
  });
}
