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

/** A run: one execution of one function, for one event (or batch, later). */
export interface RunRecord {
  readonly id: RunId;
  readonly environment: EnvironmentName;
  readonly functionId: FunctionId;
  readonly functionVersion: number;
  readonly eventId: EventId;
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
  | "run.ended";

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
   * `run.ended`: `{"output":…}` or `{"error":…}`, with `"status"`.
   */
  readonly data: string | null;
}

/** What an item asks for: a discovery call, a targeted call of one planned step, or the end of a sleep. */
export type QueueItemKind = "discovery" | "step" | "sleep";

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
  /** Steps planned or sleeping that have not finished: what to show for them. */
  readonly names: readonly { readonly id: StepId; readonly name: string }[];
  /** `seq` of the last journal entry; 0 when there is none. */
  readonly lastSeq: number;
}

/** A run about to be born, with its first queue item. */
export interface NewRun {
  readonly run: RunRecord;
  readonly item: QueueItem;
  /** Guards against a second run of the function for the same cause, until it expires. */
  readonly idempotency: { readonly key: string; readonly expiresAt: number } | null;
}

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
  readonly archivedAt: number | null;
}
