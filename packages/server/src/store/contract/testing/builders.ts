import type { AppId, EnvironmentName, EventId, FunctionId, RunId, StepId } from "@holdfast/protocol";
import type {
  AppRecord,
  EventRecord,
  FunctionRecord,
  JournalEntry,
  NewRun,
  NewWait,
  QueueItem,
  RunRecord,
  SessionId,
} from "../../records.ts";
import type {
  AcceptBatch,
  AcceptResult,
  Advance,
  CancellationRecord,
  OpenResult,
  RegisteredApp,
  Store,
  Tick,
} from "../../contract.ts";

/** Small things to store, told apart by a number; every field can be given. */

/** When these tests take place. */
export const NOW = 1_790_000_000_000;

// The ids below have the shape of real ones; brands exist for the compiler only.
export const production = "production" as EnvironmentName;
export const staging = "staging" as EnvironmentName;

/** Ids grow with their number, as ULIDs grow with time. */
export const eventId = (num: number): EventId => ulid("01JDEVENT", num) as EventId;
export const runId = (num: number): RunId => ulid("01JDRUN", num) as RunId;
export const stepId = (num: number): StepId => num.toString(16).padStart(40, "0") as StepId;
export const functionId = (num: number): FunctionId =>
  `00000000-0000-5000-8000-${num.toString(16).padStart(12, "0")}` as FunctionId;
export const appId = (num: number): AppId =>
  `00000000-0000-5000-9000-${num.toString(16).padStart(12, "0")}` as AppId;

function ulid(prefix: string, num: number): string {
  return prefix + String(num).padStart(26 - prefix.length, "0");
}

export function anEvent(num: number, fields: Partial<EventRecord> = {}): EventRecord {
  return {
    id: eventId(num),
    environment: production,
    name: "order/paid",
    userId: null,
    receivedAt: NOW,
    ts: NOW,
    body: `{"data":{"n":${num}},"name":"order/paid","ts":${NOW},"user":{}}`,
    ...fields,
  };
}

/** A run that nobody has called yet, of event 1 unless told otherwise. */
export function aRun(num: number, fields: Partial<RunRecord> = {}): RunRecord {
  return {
    id: runId(num),
    environment: production,
    functionId: functionId(1),
    functionVersion: 1,
    eventId: eventId(1),
    batchId: null,
    originalRunId: null,
    status: "Scheduled",
    queuedAt: NOW,
    startedAt: null,
    endedAt: null,
    requestVersion: -1,
    forcePlan: false,
    pending: [],
    stepCount: 0,
    stateBytes: 100,
    revision: 0,
    ...fields,
  };
}

/** The start of run `num`, due at once. */
export function anItem(num: number, fields: Partial<QueueItem> = {}): QueueItem {
  return {
    runId: runId(num),
    key: "start",
    kind: "discovery",
    stepId: null,
    attempt: 0,
    generation: 0,
    enqueuedAt: NOW,
    dueAt: NOW,
    cause: null,
    ...fields,
  };
}

export function aNewRun(
  num: number,
  fields: Omit<Partial<NewRun>, "run" | "item"> & {
    readonly run?: Partial<RunRecord>;
    readonly item?: Partial<QueueItem>;
  } = {},
): NewRun {
  const { run: runFields, item: itemFields, ...others } = fields;
  const run = aRun(num, runFields);
  return {
    run,
    eventIds: [run.eventId],
    item: anItem(num, itemFields),
    timers: [],
    idempotency: null,
    rateLimit: null,
    singleton: null,
    gates: [],
    priorityMs: 0,
    cancels: [],
    journal: [],
    correlation: null,
    ...others,
  };
}

/** A wait of the item `wait` for the event that these tests send, without a filter, for a minute. */
export function aWait(fields: Partial<NewWait> = {}): NewWait {
  return {
    effect: "resume",
    key: "wait",
    eventName: "order/paid",
    filter: null,
    expiresAt: NOW + 60_000,
    lookBackFrom: null,
    ...fields,
  };
}

export function anEntry(seq: number, fields: Partial<JournalEntry> = {}): JournalEntry {
  return {
    seq,
    kind: "step.completed",
    at: NOW + seq,
    stepId: stepId(seq),
    name: `step ${seq}`,
    op: "StepRun",
    attempt: 0,
    queuedAt: NOW,
    startedAt: NOW,
    data: `{"data":${seq}}`,
    ...fields,
  };
}

/** A step forward of run `num` from revision 0 that changes nothing but the revision. */
export function anAdvance(num: number, fields: Partial<Advance> = {}): Advance {
  return {
    runId: runId(num),
    expectedRevision: 0,
    run: aRun(num, { status: "Running", startedAt: NOW }),
    journal: [],
    finish: [],
    enqueue: [],
    waits: [],
    signals: [],
    emit: [],
    session: null,
    now: NOW,
    ...fields,
  };
}

export function anApp(num: number, fields: Partial<AppRecord> = {}): AppRecord {
  return {
    id: appId(num),
    environment: production,
    name: `app-${num}`,
    url: `http://localhost:${3000 + num}/api/inngest`,
    checksum: `checksum-${num}`,
    sdk: "js:v4.0.0",
    framework: "express",
    appVersion: null,
    signatures: null,
    syncedAt: NOW,
    error: null,
    ...fields,
  };
}

export function aFunction(num: number, fields: Partial<FunctionRecord> = {}): FunctionRecord {
  return {
    id: functionId(num),
    appId: appId(1),
    environment: production,
    slug: `app-1-function-${num}`,
    name: `Function ${num}`,
    version: 1,
    config: `{"n":${num}}`,
    limits: {},
    archivedAt: null,
    ...fields,
  };
}

export function aRegistration(
  fields: Partial<AppRecord>,
  functions: readonly FunctionRecord[],
): RegisteredApp {
  return { app: anApp(1, fields), functions, ticks: [] };
}

/** The next occurrence of a cron trigger of function `num`, a minute from now. */
export function aTick(num: number, fields: Partial<Tick> = {}): Tick {
  const scheduledAt = NOW + 60_000;
  return { functionId: functionId(num), cron: "* * * * *", scheduledAt, dueAt: scheduledAt, ...fields };
}

export function aCancellation(id: string, fields: Partial<CancellationRecord> = {}): CancellationRecord {
  return {
    id,
    environment: production,
    createdAt: NOW,
    appName: "app-1",
    functionId: functionId(1),
    startedAfter: null,
    startedBefore: NOW,
    expression: null,
    ...fields,
  };
}

/** Accepts event 1 with these runs. */
export function open(
  store: Store,
  runs: readonly NewRun[],
  fields: Partial<AcceptBatch> & { readonly event?: EventRecord } = {},
): Promise<AcceptResult> {
  const { event = anEvent(1), ...batch } = fields;
  return store.events.accept({
    events: [{ event, runs, gatherings: [] }],
    session: null,
    now: NOW,
    ...batch,
  });
}

/** A session that lasts for a minute. */
export function aSession(store: Store, expiresAt = NOW + 60_000): Promise<SessionId> {
  return store.queue.openSession({ node: "node-1", now: NOW, expiresAt });
}

/** Every free item that is due, as keys of run and item, in the order in which they are handed out. */
export async function leaseAll(store: Store, session: SessionId, now = NOW): Promise<readonly string[]> {
  const { items } = await store.queue.lease({ session, limit: 1000, now });
  return items.map(({ item }) => `${item.runId} ${item.key}`);
}

/** How `leaseAll` names an item. */
export function itemName(num: number, key = "start"): string {
  return `${runId(num)} ${key}`;
}

/** What became of each run of the one event that was accepted. */
export function outcomes(result: AcceptResult): readonly OpenResult["outcome"][] {
  return result.events[0]?.runs.map((run) => run.outcome) ?? [];
}
