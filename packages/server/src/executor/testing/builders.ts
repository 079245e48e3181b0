import type {
  EnvironmentName,
  EventId,
  FunctionId,
  OpCode,
  RunId,
  StepId,
  WireError,
} from "@holdfast/protocol";
import type { NewRun, QueueItem, RunRecord } from "#store";
import { decide } from "../decide.ts";
import type { Decision, Input, Terms } from "../decision.ts";
import type { Reply } from "../reply.ts";
import type { ReportedOp } from "../reported-op.ts";
import type { RunState } from "../run-state.ts";

/** Builders for tests of decisions: each gives the plainest thing of its kind, and takes what the test is about. */
export const NOW = 1_700_000_000_000;
export const RUN = "01J00000000000000000000000" as RunId;

export const step = (name: string): StepId => name as StepId;

export function runRecord(fields: Partial<RunRecord> = {}): RunRecord {
  return {
    id: RUN,
    environment: "test" as EnvironmentName,
    functionId: "11111111-1111-8111-8111-111111111111" as FunctionId,
    functionVersion: 1,
    eventId: "01J00000000000000000000001" as EventId,
    batchId: null,
    originalRunId: null,
    status: "Scheduled",
    queuedAt: NOW - 10,
    startedAt: null,
    endedAt: null,
    requestVersion: -1,
    forcePlan: false,
    pending: [],
    stepCount: 0,
    stateBytes: 2,
    revision: 0,
    ...fields,
  };
}

export function queueItem(fields: Partial<QueueItem> = {}): QueueItem {
  return {
    runId: RUN,
    key: "start",
    kind: "discovery",
    stepId: null,
    attempt: 0,
    generation: 1,
    enqueuedAt: NOW - 10,
    dueAt: NOW - 10,
    cause: null,
    ...fields,
  };
}

/** The item of a targeted call. */
export const targeted = (id: string, fields: Partial<QueueItem> = {}): QueueItem =>
  queueItem({ key: `step:${id}`, kind: "step", stepId: step(id), ...fields });

/** The item that ends a sleep, due. */
export const asleep = (id: string, fields: Partial<QueueItem> = {}): QueueItem =>
  queueItem({ key: `step:${id}`, kind: "sleep", stepId: step(id), dueAt: NOW, ...fields });

export const version = (requestVersion: 1 | 2): { requestVersion: 1 | 2 } => ({ requestVersion });

/** The run as it is about to be born, with nothing in its way. */
export function birthOf(run: RunRecord = runRecord()): NewRun {
  return {
    run,
    eventIds: [run.eventId],
    item: queueItem({ runId: run.id }),
    timers: [],
    idempotency: null,
    rateLimit: null,
    singleton: null,
    gates: [],
    priorityMs: 0,
    cancels: [],
    journal: [],
    correlation: null,
  };
}

export function stateOf(
  fields: Partial<RunRecord> = {},
  items: readonly QueueItem[] = [queueItem()],
  steps: Readonly<Record<string, string>> = {},
): RunState {
  return {
    run: runRecord(fields),
    events: ['{"data":{},"id":"e1","name":"a/b","ts":1,"user":{}}'],
    steps: new Map(Object.entries(steps).map(([id, memo]) => [step(id), memo])),
    items: new Map(items.map((item) => [item.key, item])),
    inputs: new Map(),
    planned: new Map(),
    defers: new Map(),
    lastSeq: 0,
  };
}

export function op(code: OpCode, id: string, fields: Partial<ReportedOp> = {}): ReportedOp {
  return {
    op: code,
    id: step(id),
    carried: null,
    label: id,
    data: "null",
    error: null,
    opts: {},
    metadata: null,
    ...fields,
  };
}

export const boom: WireError = { name: "Error", message: "boom" };

export function opsReply(ops: readonly ReportedOp[], fields: Partial<Reply & { kind: "ops" }> = {}): Reply {
  return { kind: "ops", ops, requestVersion: 2, noRetry: false, retryAt: null, ...fields };
}

export function failedReply(fields: Partial<Reply & { kind: "failed" }> = {}): Reply {
  return { kind: "failed", error: boom, noRetry: false, retryAt: null, ...fields };
}

/** The reply to an item; the first dispatch of `start` unless another is named. */
export function replyTo(reply: Reply, item: QueueItem = queueItem()): Input {
  return {
    kind: "reply",
    itemKey: item.key,
    generation: item.generation,
    reply,
    startedAt: NOW - 5,
    jitter: 0.5,
  };
}

export const TERMS: Terms = {
  attemptsMax: 5,
  retry: { intervalMs: null },
  finishTimeoutMs: null,
  slug: "app-fn",
  appName: "app",
  target: (reference) =>
    reference === "app-child"
      ? { id: "22222222-2222-8222-8222-222222222222" as FunctionId, slug: "app-child" }
      : null,
  eventId: (cause) => `event of ${cause}` as EventId,
  isUnderWay: () => true,
  signalsTaken: new Set(),
};

/** Decides on one input at `NOW`. */
export function on(state: RunState, input: Input, terms: Terms = TERMS): Decision {
  return decide(state, [input], terms, NOW);
}

/** The data of the entry that ended the run. Fails if the decision did not end it. */
export function ending(decision: Decision): {
  status: string;
  error?: WireError;
  output?: unknown;
  reason?: string;
} {
  const last = decision.journal.at(-1);
  if (last?.kind !== "run.ended") throw new Error(`the run goes on: ${journaled(decision).join(", ")}`);
  // Written by `Draft.end`.
  return JSON.parse(last.data ?? "null") as ReturnType<typeof ending>;
}

/** The events a decision emits, by name. */
export function emitted(decision: Decision): string[] {
  return decision.emit.map((event) => event.name);
}

/** What a decision queues, as `kind:key@delay`. */
export function queued(decision: Decision): string[] {
  return decision.enqueue.map((item) => `${item.kind}:${item.key}@${item.dueAt - NOW}`);
}

/** What a decision writes into the journal, as `kind` or `kind:step`. */
export function journaled(decision: Decision): string[] {
  return decision.journal.map((entry) =>
    entry.stepId === null ? entry.kind : `${entry.kind}:${entry.stepId}`,
  );
}
