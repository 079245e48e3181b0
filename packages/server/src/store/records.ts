import type { WaitFilter } from "#expressions";
import type {
  AppId,
  EnvironmentName,
  EventId,
  FunctionId,
  RunId,
  RunStatus,
  StepId,
} from "@holdfast/protocol";

/**
 * What the store keeps, in the domain's words. Every payload is canonical JSON text (RFC 8785):
 * it is parsed once when it arrives and spliced, never re-serialised, into what is sent later.
 */

/** An event that was accepted. */
export interface EventRecord {
  readonly id: EventId;
  readonly environment: EnvironmentName;
  readonly name: string;
  /** The `id` the user chose, if any: it guards the creation of runs, not the event. */
  readonly userId: string | null;
  readonly receivedAt: number;
  /** Unix ms the event says it happened; a future one delays its runs. */
  readonly ts: number;
  /** The whole event as an app sees it: `{data, id, name, ts, user, v?, meta?}`. */
  readonly body: string;
}

/** A run: one execution of one function, for one event or one batch of them. */
export interface RunRecord {
  readonly id: RunId;
  readonly environment: EnvironmentName;
  readonly functionId: FunctionId;
  readonly functionVersion: number;
  /** The event that started it; of a batch the first. */
  readonly eventId: EventId;
  /** ULID of the batch, for a run that was gathered from events (14.5), one event included. */
  readonly batchId: string | null;
  /** The run that this one repeats. */
  readonly originalRunId: RunId | null;
  readonly status: RunStatus;
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** -1 until the SDK answered which request version it speaks, then 1 or 2. */
  readonly requestVersion: -1 | 1 | 2;
  /** Whether calls must plan instead of running a step at once, because parallel steps were reported. */
  readonly forcePlan: boolean;
  /** Steps reported together and not finished yet (request version 2), in the order they were reported. */
  readonly pending: readonly StepId[];
  /** How many steps the run remembers, and how many bytes they and the event take. */
  readonly stepCount: number;
  readonly stateBytes: number;
  /** Grows by one with every commit on the run; a commit made from an older state is refused. */
  readonly revision: number;
}

/** What happened to a run, appended and never changed: its state, its trace and its history at once. */
export type JournalKind =
  | "step.planned"
  | "step.completed"
  | "step.failed"
  | "step.sleeping"
  | "attempt.failed"
  | "run.ended"
  | "step.waiting"
  | "step.invoking"
  | "step.requesting"
  | "step.input"
  | "defer.added"
  | "defer.aborted"
  | "metadata";

export interface JournalEntry {
  /** Position in the run, from 1, without gaps. */
  readonly seq: number;
  readonly kind: JournalKind;
  readonly at: number;
  readonly stepId: StepId | null;
  /** What to show: the step's name as the user wrote it. */
  readonly name: string | null;
  /** The op code that caused the entry, or null. */
  readonly op: string | null;
  /** Zero-based attempt of the queue item this came from. */
  readonly attempt: number;
  /** When the work was queued and when its call began, Unix ms; null where there was no call. */
  readonly queuedAt: number | null;
  readonly startedAt: number | null;
  /**
   * `step.completed`, `step.failed`: the memo exactly as the SDK gets it back (`{"data":…}`, `{"error":…}` or `null`).
   * `attempt.failed`: the error, with `retryAt` beside it. `step.sleeping`: `{"until": ms}`.
   * `step.waiting`: `{"event"|"signal": name, "if"?, "until": ms}`. `step.invoking`: `{"correlation", "eventId", "functionId", "until"}`.
   * `step.requesting`: the op's `opts` (a request the server makes for the app). `step.input`: `{"input":[…]}`, arguments that
   * replace a step's own when it runs again (15.7). `defer.added`: `{"fnSlug","input","meta"?}`, under the defer's id;
   * `defer.aborted` names it. `metadata`: a list of `{kind, scope, op, values}`.
   * `run.ended`: `{"output":…}` or `{"error":…}`, with `"status"`, and a `"reason"` where one is known.
   */
  readonly data: string | null;
}

/**
 * What an item asks for. Calls, which the limits of a function count: `discovery`, `step` (a targeted call of one planned
 * step), `gateway` (a request the server makes itself). Ends of pauses: `sleep`, and `wait`, `invoke`, `signal`, which are
 * due when they time out, or at once with a `cause` when what they wait for came. Acts on the run: `cancel`; `timeout`,
 * whose key says which (`timeout:start`, `timeout:finish`).
 */
export type QueueItemKind =
  | "discovery"
  | "step"
  | "sleep"
  | "wait"
  | "invoke"
  | "signal"
  | "gateway"
  | "cancel"
  | "timeout";

/** Why an item became due before its time: an event came, or somebody brought the memo. */
export type Cause =
  | { readonly kind: "event"; readonly eventId: EventId }
  | { readonly kind: "memo"; readonly memo: string };

/** Work that is due at some time. Belongs to one run; at most one item of a run has a given key. */
export interface QueueItem {
  readonly runId: RunId;
  /** Says what the item is for, so that the same cause never queues twice: `start`, `step:<id>`, `after:<id>`. */
  readonly key: string;
  readonly kind: QueueItemKind;
  readonly stepId: StepId | null;
  /** Zero-based. */
  readonly attempt: number;
  /** Grows by one each time the item is handed out; what an older hand-out reports is stale. */
  readonly generation: number;
  readonly enqueuedAt: number;
  readonly dueAt: number;
  /** Only the store sets it. */
  readonly cause: Cause | null;
}

/** Names a stretch of work by one process: what it holds is free again once its session ends. */
export type SessionId = number & { readonly session: unique symbol };

/** A run with everything a decision needs. */
export interface RunSnapshot {
  readonly run: RunRecord;
  /** The events that started the run, as an app sees them, in order. */
  readonly events: readonly string[];
  /** Memos of finished steps, in the order they finished. */
  readonly steps: readonly { readonly id: StepId; readonly memo: string }[];
  /** Every queue item the run has. */
  readonly items: readonly QueueItem[];
  /** Keys of those that a session holds. */
  readonly held: readonly string[];
  /** Arguments that replace a step's own when it runs again, for steps that have not finished. */
  readonly inputs: readonly { readonly id: StepId; readonly memo: string }[];
  /** Steps planned, asleep, waiting or requesting that have not finished: what to show for them, and their entry's `data`. */
  readonly planned: readonly { readonly id: StepId; readonly name: string; readonly data: string | null }[];
  /** Functions to start when the run ends, in the order they were added. `data` is that of the `defer.added` entry. */
  readonly defers: readonly { readonly id: StepId; readonly data: string; readonly isAborted: boolean }[];
  /** `seq` of the last journal entry; 0 when there is none. */
  readonly lastSeq: number;
}

/**
 * A limit that stands before an item of a run, as it was evaluated when the run was made. Counting one is the store's work.
 *
 * `step`: at most `max` calls of the counter at once; a call holds it from when it is handed out until it ends.
 * `run`: at most `max` runs of the counter begun and not ended; a run holds it from its first call until its end.
 * `throttle`: starts of runs are spaced (14.2); only the item `start` passes it.
 */
export type Gate =
  | { readonly level: "step" | "run"; readonly counter: string; readonly rule: string; readonly max: number }
  | {
      readonly level: "throttle";
      readonly counter: string;
      readonly limit: number;
      readonly periodMs: number;
      readonly burst: number;
    };

/** Something that a run waits for. When it comes, the run's item `key` is due at once, with the event as its cause. */
export interface NewWait {
  /** `resume` wakes the queued item `key`; `cancel` queues an item of kind `cancel` under the key `cancel`. */
  readonly effect: "resume" | "cancel";
  /** Item to wake, or for a cancel rule `cancel:0`, `cancel:1`, …: names the wait within its run. */
  readonly key: string;
  readonly eventName: string;
  readonly filter: WaitFilter | null;
  readonly expiresAt: number;
  /**
   * Events received from this instant on count too, if they were stored before the wait and have not answered another
   * wait of the run. Null: only events stored later. The event that started the run never counts.
   */
  readonly lookBackFrom: number | null;
}

/** A bucket of which a start takes one; a tenth of the limit, rounded down, may be taken at once (14.3). */
export interface RateLimit {
  readonly counter: string;
  readonly limit: number;
  readonly periodMs: number;
}

/** A run about to be born. */
export interface NewRun {
  readonly run: RunRecord;
  /** Every event it starts with, in order; the first is the run's own. */
  readonly eventIds: readonly EventId[];
  readonly item: QueueItem;
  /** Further items: its start time-out. */
  readonly timers: readonly QueueItem[];
  /** Guards against a second run of the function for the same cause, until it expires. */
  readonly idempotency: { readonly key: string; readonly expiresAt: number } | null;
  readonly rateLimit: RateLimit | null;
  readonly singleton: { readonly key: string; readonly mode: "skip" | "cancel" } | null;
  readonly gates: readonly Gate[];
  /** Moves the run ahead of others of its function that wait; ms, negative for behind. */
  readonly priorityMs: number;
  readonly cancels: readonly NewWait[];
  /** What a repeated run remembers of the one it repeats. */
  readonly journal: readonly JournalEntry[];
  /** The invoke that asked for the run, `<run>.<step>`: told when the run is refused by a rate limit (15.2). */
  readonly correlation: string | null;
}

/** An event that does not start a run by itself, but joins others. */
export interface Gathering {
  readonly kind: "debounce" | "batch";
  readonly functionId: FunctionId;
  /** Hash of the key's value; `""` without a key. */
  readonly key: string;
  /** Debounce: each event moves the end to `now + periodMs`. Batch: the first event sets it. */
  readonly periodMs: number;
  /** Debounce: the end is at most this long after the first event. */
  readonly timeoutMs: number | null;
  /** Batch: full with so many events, or so many bytes. */
  readonly sizeMax: number | null;
  readonly bytesMax: number | null;
  /** Debounce: an event over this limit does not join. What the gathering starts is not asked again (14.4). */
  readonly rateLimit: RateLimit | null;
  /** The invoke that sent the event, `<run>.<step>`: told when the event is refused by the rate limit (15.2). */
  readonly correlation: string | null;
}

/** Holdfast signatures v2, with requests to the app signed by HMAC or by Ed25519. */
export type AppSignatures = "v2" | "v2-ed25519";

/** An app as it registered. */
export interface AppRecord {
  readonly id: AppId;
  readonly environment: EnvironmentName;
  readonly name: string;
  readonly url: string;
  /** SHA-256 of the registration; the same checksum again changes nothing. */
  readonly checksum: string;
  readonly sdk: string | null;
  readonly framework: string | null;
  readonly appVersion: string | null;
  /** What the app signs and verifies beside the protocol's own: `v2`, or `v2-ed25519` where it has public keys only. */
  readonly signatures: AppSignatures | null;
  readonly syncedAt: number;
  /** Why the last sync failed, as `code: sentence`; null after a good one. */
  readonly error: string | null;
}

/** A function as its app registered it. */
export interface FunctionRecord {
  readonly id: FunctionId;
  readonly appId: AppId;
  readonly environment: EnvironmentName;
  /** `<app>-<function>`, what calls name in `fnId`. */
  readonly slug: string;
  readonly name: string;
  /** Grows by one when the configuration changes. */
  readonly version: number;
  /** The registered configuration, canonical JSON. */
  readonly config: string;
  /** Greatest number by rule (`Gate.rule`): what is registered last counts for runs that exist already, too. */
  readonly limits: Readonly<Record<string, number>>;
  readonly archivedAt: number | null;
}
