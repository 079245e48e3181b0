import type { RunView } from "#executor";
import type { FunctionDefinition } from "#registry";
import type { EventRecord } from "#store";
import { ACCOUNT_ID } from "./fixed-ids.ts";
import type { PayloadView } from "./payload-view.ts";
import { triggerShapes } from "./trigger-shapes.ts";

/** An event as v1 shows it. */
export function eventShape(event: EventRecord, environmentId: string, view: PayloadView): unknown {
  // Canonical JSON of our own making: `parse-event.ts` wrote it.
  const body = JSON.parse(event.body) as { data: unknown; user: unknown; ts: number; v?: string };
  return {
    internal_id: event.id,
    account_id: ACCOUNT_ID,
    environment_id: environmentId,
    source: "api",
    source_id: null,
    received_at: new Date(event.receivedAt).toISOString(),
    ...(event.userId === null ? {} : { id: event.userId }),
    name: event.name,
    data: view.value(body.data),
    user: view.value(body.user),
    ts: body.ts,
    ...(body.v === undefined ? {} : { v: body.v }),
  };
}

/** A run as v1 shows it; an ended one with its output, or with the error that ended it. */
export function runShape(
  { run, end }: RunView,
  cron: string | null,
  environmentId: string,
  view: PayloadView,
): unknown {
  const ending =
    end?.data === null || end === null ? {} : (JSON.parse(end.data) as { output?: unknown; error?: unknown });
  // A function that returned nothing has the output null, which is shown like any other.
  const output = "output" in ending ? ending.output : ending.error;
  return {
    run_id: run.id,
    run_started_at: new Date(run.queuedAt).toISOString(),
    function_id: run.functionId,
    function_version: run.functionVersion,
    environment_id: environmentId,
    event_id: run.eventId,
    ...(run.batchId === null ? {} : { batch_id: run.batchId }),
    ...(run.originalRunId === null ? {} : { original_run_id: run.originalRunId }),
    ...(cron === null ? {} : { cron }),
    status: run.status,
    ended_at: run.endedAt === null ? null : new Date(run.endedAt).toISOString(),
    ...(output === undefined ? {} : { output: view.value(output) }),
  };
}

/** A function as v1 lists it. */
export function functionShape(definition: FunctionDefinition): unknown {
  return {
    id: definition.id,
    slug: definition.slug,
    name: definition.name,
    version: definition.version,
    triggers: triggerShapes(definition),
    url: definition.url,
    attempts: definition.attemptsMax,
  };
}
