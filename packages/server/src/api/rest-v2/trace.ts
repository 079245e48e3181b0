import type { EventId, RunId } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { Span } from "#executor";
import { traceOf } from "#executor";
import type { ApiContext } from "../context.ts";
import { enveloped } from "./message.ts";
import { runIdIn } from "./path-ids.ts";
import type { Fields } from "./query.ts";
import { flagField } from "./query.ts";
import { V2_ROUTE } from "./route.ts";
import { traceShape } from "./trace-shape.ts";

/** Invokes of one trace whose runs are looked up; the others are shown without. */
const INVOKES_MAX = 100;

/** `GET /runs/{runId}/trace`: what happened in a run, as a tree. */
export function traceV2(app: FastifyInstance, context: ApiContext): void {
  const { clock, executor, registry } = context;

  app.get<{ Params: { runId: string }; Querystring: Fields }>(
    "/runs/:runId/trace",
    V2_ROUTE,
    async (request) => {
      const runId = runIdIn(request.params);
      const includeOutput = flagField(request.query, "includeOutput");
      const history = await executor.history(runId);
      if (history === null) throw new HoldfastError("not_found", `Run not found: ${runId}`);
      const { functionId } = history.run;
      const now = clock.now();
      const root = traceOf(history, registry.function(functionId)?.name ?? functionId, now);
      const invoked = await invokedRuns(root, context);
      return enveloped(now, { runId, rootSpan: traceShape(root, { includeOutput, invoked }) });
    },
  );
}

async function invokedRuns(root: Span, { ingest }: ApiContext): Promise<ReadonlyMap<string, RunId>> {
  const eventIds = root.children
    .map(({ pause }) => pause?.eventId ?? null)
    .filter((id) => id !== null)
    .slice(0, INVOKES_MAX);
  const pairs = await Promise.all(
    eventIds.map(async (id) => {
      // The engine wrote the id of the event it made.
      const [run] = await ingest.runsOf(id as EventId);
      return run === undefined ? [] : [[id, run.id] as const];
    }),
  );
  return new Map(pairs.flat());
}
