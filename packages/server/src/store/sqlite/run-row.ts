import type { EventId, FunctionId, RunId } from "@holdfast/protocol";
import type { RunRecord } from "../records.ts";
import { runStatusOf } from "./codes.ts";
import { decodePending } from "./pending.ts";
import type { SymbolReader } from "./symbols.ts";

/** A row of `runs`, as `SELECT_RUN` lists it. */
export type RunRow = readonly [
  num: number,
  id: RunId,
  environment: number,
  fn: number,
  functionVersion: number,
  eventId: EventId,
  status: number,
  queuedAt: number,
  startedAt: number | null,
  endedAt: number | null,
  requestVersion: RunRecord["requestVersion"],
  forcePlan: number,
  pending: string | null,
  stepCount: number,
  stateBytes: number,
  revision: number,
  journalLength: number,
  batchId: string | null,
  originalRunId: RunId | null,
  flags: number,
];

export const SELECT_RUN = `SELECT num, id, environment, function, function_version, event_id, status, queued_at,
  started_at, ended_at, request_version, force_plan, pending, step_count, state_bytes, revision, journal_length,
  batch_id, original_run, flags FROM runs`;

export function toRun(row: RunRow, symbols: SymbolReader): RunRecord {
  const [, id, environment, fn, functionVersion, eventId, status, queuedAt, startedAt, endedAt] = row;
  const [, , , , , , , , , , requestVersion, forcePlan, pending, stepCount, stateBytes, revision] = row;
  const [, , , , , , , , , , , , , , , , , batchId, originalRunId] = row;
  return {
    id,
    // Environments and function ids enter their columns as such, through `accept`.
    environment: symbols.text(environment) as RunRecord["environment"],
    functionId: symbols.text(fn) as FunctionId,
    functionVersion,
    eventId,
    batchId,
    originalRunId,
    status: runStatusOf(status),
    queuedAt,
    startedAt,
    endedAt,
    requestVersion,
    forcePlan: forcePlan !== 0,
    pending: decodePending(pending),
    stepCount,
    stateBytes,
    revision,
  };
}
