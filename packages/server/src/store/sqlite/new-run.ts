import type { NewRun, RateLimit } from "../records.ts";
import { runStatusCode } from "./codes.ts";
import type { CommandReader } from "./commands.ts";
import { encodeGates } from "./gates.ts";
import { encodeEntry } from "./journal.ts";
import { encodePending } from "./pending.ts";
import type { ItemValues } from "./queue-items.ts";
import { encodeItem, readItem } from "./queue-items.ts";
import { encodeRateLimit, readRateLimit } from "./rate-limit.ts";
import type { Value } from "./statement.ts";
import { encodeWait, readWait } from "./waits.ts";

/** A new run on its way to the writer. Most have no options, and then none travel. */
export interface NewRunValues {
  readonly functionId: string;
  readonly idempotencyKey: string | null;
  readonly idempotencyExpiresAt: number;
  readonly id: string;
  readonly environment: string;
  readonly functionVersion: number;
  readonly eventId: string;
  readonly status: number;
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly requestVersion: number;
  readonly forcePlan: number;
  readonly pending: string | null;
  readonly stepCount: number;
  readonly stateBytes: number;
  readonly revision: number;
  readonly item: ItemValues;
  readonly options: RunOptions;
}

/** What only some runs have. */
export interface RunOptions {
  readonly batchId: string | null;
  readonly originalRunId: string | null;
  readonly gates: string | null;
  readonly priorityMs: number;
  readonly singleton: { readonly key: string; readonly isSkip: boolean } | null;
  readonly rateLimit: RateLimit | null;
  readonly correlation: string | null;
  /** Empty where the run has but one event. */
  readonly eventIds: readonly string[];
  readonly timers: readonly ItemValues[];
  readonly cancels: readonly ReturnType<typeof readWait>[];
  /** Entries that follow in the command, to be read one by one. */
  readonly entryCount: number;
}

/** What most runs have. */
export const NO_OPTIONS: RunOptions = {
  batchId: null,
  originalRunId: null,
  gates: null,
  priorityMs: 0,
  singleton: null,
  rateLimit: null,
  correlation: null,
  eventIds: [],
  timers: [],
  cancels: [],
  entryCount: 0,
};

/** Values of one journal entry (`encodeEntry`). */
const ENTRY_VALUES = 10;

export function encodeNewRun(values: Value[], newRun: NewRun): void {
  const { run, item, idempotency } = newRun;
  values.push(run.functionId, idempotency?.key ?? null, idempotency?.expiresAt ?? 0);
  values.push(run.id, run.environment, run.functionVersion, run.eventId, runStatusCode(run.status));
  values.push(run.queuedAt, run.startedAt, run.endedAt, run.requestVersion, run.forcePlan ? 1 : 0);
  values.push(encodePending(run.pending), run.stepCount, run.stateBytes, run.revision);
  encodeItem(values, item);
  if (hasOptions(newRun)) encodeOptions(values, newRun);
  else values.push(0);
}

function hasOptions(newRun: NewRun): boolean {
  return (
    newRun.gates.length > 0 ||
    newRun.timers.length > 0 ||
    newRun.cancels.length > 0 ||
    newRun.eventIds.length > 1 ||
    newRun.journal.length > 0 ||
    newRun.priorityMs !== 0 ||
    newRun.rateLimit !== null ||
    newRun.singleton !== null ||
    newRun.correlation !== null ||
    newRun.run.batchId !== null ||
    newRun.run.originalRunId !== null
  );
}

function encodeOptions(values: Value[], newRun: NewRun): void {
  const { run, rateLimit, singleton, eventIds, timers, cancels, journal } = newRun;
  values.push(1, run.batchId, run.originalRunId, encodeGates(newRun), newRun.priorityMs);
  values.push(singleton?.key ?? null, singleton?.mode === "skip" ? 1 : 0);
  encodeRateLimit(values, rateLimit);
  values.push(newRun.correlation);
  const events = eventIds.length > 1 ? eventIds : [];
  values.push(events.length, ...events, timers.length);
  for (const timer of timers) encodeItem(values, timer);
  values.push(cancels.length);
  for (const wait of cancels) encodeWait(values, wait);
  values.push(journal.length);
  for (const entry of journal) encodeEntry(values, entry);
}

/** Reads a run up to its journal, whose entries follow: `entryCount` of them. */
export function readNewRun(reader: CommandReader): NewRunValues {
  return {
    functionId: reader.text(),
    idempotencyKey: reader.textOrNull(),
    idempotencyExpiresAt: reader.number(),
    id: reader.text(),
    environment: reader.text(),
    functionVersion: reader.number(),
    eventId: reader.text(),
    status: reader.number(),
    queuedAt: reader.number(),
    startedAt: reader.numberOrNull(),
    endedAt: reader.numberOrNull(),
    requestVersion: reader.number(),
    forcePlan: reader.number(),
    pending: reader.textOrNull(),
    stepCount: reader.number(),
    stateBytes: reader.number(),
    revision: reader.number(),
    item: readItem(reader),
    options: reader.number() === 0 ? NO_OPTIONS : readOptions(reader),
  };
}

function readOptions(reader: CommandReader): RunOptions {
  const batchId = reader.textOrNull();
  const originalRunId = reader.textOrNull();
  const gates = reader.textOrNull();
  const priorityMs = reader.number();
  const singletonKey = reader.textOrNull();
  const isSkip = reader.number() === 1;
  const rateLimit = readRateLimit(reader);
  return {
    batchId,
    originalRunId,
    gates,
    priorityMs,
    singleton: singletonKey === null ? null : { key: singletonKey, isSkip },
    rateLimit,
    correlation: reader.textOrNull(),
    eventIds: reader.list(() => reader.text()),
    timers: reader.list(() => readItem(reader)),
    cancels: reader.list(() => readWait(reader)),
    entryCount: reader.number(),
  };
}

/** Passes over the journal of a run that is not stored. */
export function skipEntries(reader: CommandReader, entryCount: number): void {
  reader.skip(entryCount * ENTRY_VALUES);
}
