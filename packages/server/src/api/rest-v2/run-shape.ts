import type { RunStatus } from "@holdfast/protocol";
import type { RunView } from "#executor";
import type { FunctionDefinition } from "#registry";
import type { PayloadView } from "../payload-view.ts";
import type { RunTrigger } from "../run-trigger.ts";
import { publicFunctionId } from "./lookup.ts";
import { int64, message, payload, timestamp } from "./message.ts";

/** Statuses as v2 spells them (wire-protocol 9.2). v2 has no word of its own for a skipped run; `isSkipped` says so. */
const STATUS: Readonly<Record<RunStatus, string>> = {
  Scheduled: "QUEUED",
  Running: "RUNNING",
  Completed: "COMPLETED",
  Failed: "FAILED",
  Cancelled: "CANCELLED",
  Skipped: "QUEUED",
};

/** The statuses a filter's word stands for; `SKIPPED` is ours. */
export const STATUS_FILTER: Readonly<Record<string, readonly RunStatus[]>> = {
  QUEUED: ["Scheduled", "Skipped"],
  RUNNING: ["Running"],
  COMPLETED: ["Completed"],
  FAILED: ["Failed"],
  CANCELLED: ["Cancelled"],
  SKIPPED: ["Skipped"],
};

/** A run as v2 shows it (20.1 `FunctionRun`). */
export function runShape(
  { run, end }: RunView,
  definition: FunctionDefinition | null,
  trigger: RunTrigger,
  { includeOutput, view }: { readonly includeOutput: boolean; readonly view: PayloadView },
): Record<string, unknown> {
  return message({
    id: run.id,
    function: {
      id: definition === null ? run.functionId : publicFunctionId(definition),
      name: definition?.name ?? run.functionId,
    },
    app: message({ id: definition?.appName }),
    status: STATUS[run.status],
    isSkipped: run.status === "Skipped",
    queuedAt: timestamp(run.queuedAt),
    startedAt: timestamp(run.startedAt),
    endedAt: timestamp(run.endedAt),
    durationMs: int64(durationMs(run.startedAt, run.endedAt)),
    trigger: message({
      eventIds: trigger.eventIds,
      eventName: trigger.eventName,
      isBatch: run.batchId !== null,
      batchId: run.batchId,
      cronSchedule: trigger.cron,
    }),
    originalRunId: run.originalRunId,
    reason: endOf(end).reason,
    blockedBy: endOf(end).blockedBy,
    output: includeOutput ? payload(view.value(outcomeOf(end))) : undefined,
  });
}

/** What a run returned, or the error that ended it; undefined while it goes on, and for one that was cancelled. */
export function outcomeOf(end: RunView["end"]): unknown {
  const ending = endOf(end);
  // A function that returned nothing has the output null, which is shown like any other.
  return "output" in ending ? ending.output : ending.error;
}

/** How a run ended: nothing while it goes on. */
function endOf(end: RunView["end"]): {
  readonly output?: unknown;
  readonly error?: unknown;
  readonly reason?: unknown;
  readonly blockedBy?: unknown;
} {
  // Canonical JSON of our own making.
  return JSON.parse(end?.data ?? "{}") as ReturnType<typeof endOf>;
}

function durationMs(startedAt: number | null, endedAt: number | null): number | null {
  return startedAt === null || endedAt === null ? null : Math.max(0, endedAt - startedAt);
}
