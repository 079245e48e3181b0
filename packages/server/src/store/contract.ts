import type { EnvironmentName, EventId, FunctionId, RunId, RunStatus } from "@holdfast/protocol";
import type {
  AppRecord,
  EventRecord,
  FunctionRecord,
  JournalEntry,
  NewRun,
  QueueItem,
  RunRecord,
  RunSnapshot,
  SessionId,
} from "./records.ts";

/**
 * The store's contract. It speaks in acts of the domain, each atomic: all of it is on disk when its promise
 * settles, or none of it ever will be. Acts of many callers may share one commit (group commit); they take
 * effect in the order in which they were asked for. Reads see every act whose promise has settled.
 *
 * `contract/` holds the suite that every store must pass; `sqlite/` is the embedded one.
 * Nothing here reads a clock: instants come in as arguments.
 */
export interface Store {
  readonly events: EventStore;
  readonly runs: RunStore;
  readonly queue: QueueStore;
  readonly apps: AppStore;
  /** Settles what was asked for, then lets go of the files. Later calls fail with `store_closed`. */
  close(): Promise<void>;
}

export interface AcceptBatch {
  readonly events: readonly {
    readonly event: EventRecord;
    /** The runs this event starts. */
    readonly runs: readonly NewRun[];
  }[];
  /** Who takes the first items of the new runs at once, if anybody: an item due later is never taken. */
  readonly session: SessionId | null;
  readonly now: number;
}

export interface AcceptResult {
  readonly events: readonly {
    /** `duplicate`: an event of this id is stored already; nothing was written for it, nothing started. */
    readonly outcome: "accepted" | "duplicate";
    /** Whether each run of the event was opened, in the order given; `false` where its idempotency key was taken. */
    readonly opened: readonly boolean[];
  }[];
}

export interface EventStore {
  /**
   * Stores events and opens their runs: one atomic act for the whole batch. A run whose idempotency key is live
   * (same function, not expired at `now`) is left out; an event whose id is known is left out with all its runs.
   * With a session, an item that is due (`dueAt <= now`) is held by it at once, as if it had been leased: give it
   * the generation of that hand-out. Other items are free. Generations are stored as given.
   */
  accept(batch: AcceptBatch): Promise<AcceptResult>;
  get(id: EventId): Promise<EventRecord | null>;
  /** Newest first by id. `before` is exclusive. */
  list(query: EventQuery): Promise<readonly EventRecord[]>;
}

export interface EventQuery {
  readonly environment: EnvironmentName;
  readonly limit: number;
  readonly before?: EventId;
  readonly name?: string;
  readonly receivedBefore?: number;
  readonly receivedAfter?: number;
}

/** What one step forward of a run changes. Made by a decision, applied whole or not at all. */
export interface Advance {
  readonly runId: RunId;
  /** The revision the decision was made from. The run's revision becomes this plus one. */
  readonly expectedRevision: number;
  /** The run as it is afterwards (its `revision` field is ignored). */
  readonly run: RunRecord;
  /** Entries to append; their `seq` continues the run's journal. */
  readonly journal: readonly JournalEntry[];
  /** Keys of queue items that are done. An item that is not there is no error. */
  readonly finish: readonly string[];
  /**
   * Items to queue. One whose key the run already has queued replaces it (a retry is the same item, due later).
   * With a session, an item that is due (`dueAt <= now`) is held by it at once; others are free.
   */
  readonly enqueue: readonly QueueItem[];
  readonly session: SessionId | null;
  readonly now: number;
}

/** `conflict`: the run moved on meanwhile; load it again and decide again. `unknown`: there is no such run. */
export type AdvanceResult = "committed" | "conflict" | "unknown";

export interface RunStore {
  /** Everything a decision needs, or null for an unknown run. */
  load(id: RunId): Promise<RunSnapshot | null>;
  /** Applies one step forward. Ending a run (a final status) also drops every queue item it still has. */
  advance(advance: Advance): Promise<AdvanceResult>;
  get(id: RunId): Promise<RunRecord | null>;
  journal(id: RunId): Promise<readonly JournalEntry[]>;
  /** The last journal entry of an ended run, or null. */
  end(id: RunId): Promise<JournalEntry | null>;
  /** Runs the event started, oldest first. */
  ofEvent(id: EventId): Promise<readonly RunRecord[]>;
  /** Newest first by id. `before` is exclusive. */
  list(query: RunQuery): Promise<readonly RunRecord[]>;
}

export interface RunQuery {
  readonly environment: EnvironmentName;
  readonly limit: number;
  readonly before?: RunId;
  readonly functionId?: FunctionId;
  readonly status?: RunStatus;
}

export interface Lease {
  readonly items: readonly QueueItem[];
  /** When the next free item is due, null when there is none; `<= now` when more are due than were taken. */
  readonly nextDueAt: number | null;
}

export interface QueueStore {
  /** Begins a stretch of work. It ends by `closeSession`, or by itself once `expiresAt` has passed. */
  openSession(session: {
    readonly node: string;
    readonly now: number;
    readonly expiresAt: number;
  }): Promise<SessionId>;
  /** Moves the end of the session. `false`: it has ended already and its items may be with others. */
  extendSession(id: SessionId, expiresAt: number, now: number): Promise<boolean>;
  /** Ends the session and frees what it holds. */
  closeSession(id: SessionId): Promise<void>;
  /**
   * Hands out due items, the longest due first, each with its generation raised by one. Items held by a session
   * that ended or expired are free. An item is with at most one session at any instant.
   */
  lease(request: {
    readonly session: SessionId;
    readonly limit: number;
    readonly now: number;
  }): Promise<Lease>;
  /** How many items there are, and how many of them are held. */
  size(): Promise<{ readonly queued: number; readonly held: number }>;
}

export interface RegisteredApp {
  readonly app: AppRecord;
  /** Version and `archivedAt` are the store's to say: they are ignored here. */
  readonly functions: readonly FunctionRecord[];
}

export interface AppStore {
  /**
   * Puts the app and its functions in place of what was registered under its name: new functions get version 1,
   * changed ones the next version, those that vanished are archived, those that came back are taken out again.
   */
  register(registered: RegisteredApp): Promise<void>;
  /** Notes why a sync failed, or with null that the app is well. Unknown apps are left alone. */
  noteError(environment: EnvironmentName, name: string, error: string | null): Promise<void>;
  /** Forgets the app and archives its functions. `false` when it is not there. */
  remove(environment: EnvironmentName, name: string, now: number): Promise<boolean>;
  apps(): Promise<readonly AppRecord[]>;
  /** Every function ever registered, archived ones too: old runs still name them. */
  functions(): Promise<readonly FunctionRecord[]>;
}
