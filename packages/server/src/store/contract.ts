import type { EnvironmentName, EventId, FunctionId, RunId, RunStatus } from "@holdfast/protocol";
import type { AdministrativeStores, AuditDraft } from "./administration.ts";
import type {
  AppRecord,
  EventRecord,
  FunctionRecord,
  Gathering,
  JournalEntry,
  NewRun,
  NewWait,
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
 * Nothing here reads a clock: instants come in as arguments. Acts that take `audit` append these entries to the log in the
 * same act, if they change something.
 */
export interface Store extends AdministrativeStores {
  readonly events: EventStore;
  readonly runs: RunStore;
  readonly queue: QueueStore;
  readonly apps: AppStore;
  readonly schedules: ScheduleStore;
  readonly cancellations: CancellationStore;
  readonly texts: TextStore;
  readonly history: HistoryStore;
  /** Settles what was asked for, then lets go of the files. Later calls fail with `store_closed`. */
  close(): Promise<void>;
}

/** Every text that holds payloads, wherever it is kept: for those who must know what is in them all. */
export interface TextStore {
  /**
   * One portion, in an order of the store's own: begin with null and go on with `next`, which is null after the last. What is
   * stored while somebody reads may be missed.
   */
  portion(
    after: string | null,
  ): Promise<{ readonly texts: readonly StoredText[]; readonly next: string | null }>;
}

export interface StoredText {
  /** When it was stored, Unix ms. */
  readonly at: number;
  /** Of the run it belongs to; null for an event. */
  readonly functionId: FunctionId | null;
  /** The event or the run it is kept for. */
  readonly owner: { readonly event: EventId } | { readonly run: RunId };
  readonly text: string;
}

/** What is kept of the past, and taking it away: the one way in which anything of it ever goes. */
export interface HistoryStore {
  /** Every run in the order in which they were opened: begin with null and go on with `next`, which is null after the last. */
  runs(request: { readonly after: string | null; readonly limit: number }): Promise<{
    readonly runs: readonly PastRun[];
    readonly next: string | null;
  }>;
  /**
   * Events in the order in which they came, of which nothing that is kept was made: no run, and no batch or debounce that
   * still gathers. Those received at `receivedBefore` or later end the list.
   */
  looseEvents(request: {
    readonly receivedBefore: number;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<{ readonly ids: readonly EventId[]; readonly next: string | null }>;
  /**
   * Removes ended runs with all that is kept of them, then events: one atomic act, with the entries of the log that say so.
   * Ids that are not there are no error. `false`: a run has not ended, or an event is still needed by a run or by what
   * gathers, and nothing was done.
   */
  remove(request: {
    readonly runs: readonly RunId[];
    readonly events: readonly EventId[];
    readonly audit: readonly AuditDraft[];
  }): Promise<boolean>;
  /** Returns once what was removed before is in no file of the store any more. */
  scrub(): Promise<void>;
}

export interface PastRun {
  readonly id: RunId;
  readonly functionId: FunctionId;
  readonly queuedAt: number;
  /** Null while it goes on. */
  readonly endedAt: number | null;
}

/** An event to store, and what it starts. */
export interface NewEvent {
  readonly event: EventRecord;
  /** The runs this event starts. */
  readonly runs: readonly NewRun[];
  /** The gatherings it joins. */
  readonly gatherings: readonly Gathering[];
}

export interface AcceptBatch {
  readonly events: readonly NewEvent[];
  /** Who takes the first items of the new runs at once, if anybody: an item due later is never taken. */
  readonly session: SessionId | null;
  readonly now: number;
}

/**
 * What became of a run that was to be opened. `held`: its first item is with the session that came along.
 * `opened`: it is stored; its first item is free, or waits for room under a limit.
 * `skipped`: it is stored as Skipped (its function is paused, or another run of a singleton is unfinished).
 * `duplicate`: its idempotency key is taken; nothing was stored. `rate_limited`: nothing was stored.
 */
export interface OpenResult {
  readonly outcome: "held" | "opened" | "skipped" | "duplicate" | "rate_limited";
  /** The run that holds the idempotency key, or stands in a singleton's way. */
  readonly existing: RunId | null;
}

export interface AcceptResult {
  readonly events: readonly {
    /** `duplicate`: an event of this id is stored already; nothing was written for it, nothing started. */
    readonly outcome: "accepted" | "duplicate";
    /** What became of each run of the event, in the order given. */
    readonly runs: readonly OpenResult[];
    /** Whether the event joined each of its gatherings, in the order given: not where a rate limit has no room. */
    readonly joined: readonly boolean[];
  }[];
  /** When the earliest free item is due that this act made or woke, or null: somebody should lease. */
  readonly workDueAt: number | null;
  /** When the earliest gathering is due that this act began or changed, or null. */
  readonly gatheringDueAt: number | null;
}

export interface EventStore {
  /**
   * Stores events, opens their runs, and ends the waits that they answer: one atomic act for the whole batch. For each
   * run, in this order: an idempotency key that is live (same function, not expired at `now`) leaves it out; then its
   * rate limit; a paused function or an unfinished run of its singleton makes it Skipped. An event whose id is known
   * is left out with all its runs. With a session, an item that is due (`dueAt <= now`) and passes its gates is held by
   * it at once, as if it had been leased: give it the generation of that hand-out. One that does not pass waits under
   * its gate, and is free in its turn; its generation is raised when it is leased.
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
  /** Whether the server's own events (`inngest/…`) are listed, when no name is given. */
  readonly withInternal?: boolean;
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
   * With a session, an item that is due (`dueAt <= now`) and passes its gates is held by it at once; others are free
   * when they are due and there is room.
   */
  readonly enqueue: readonly QueueItem[];
  /** What the run waits for from now on. Each is dropped with the item it wakes, and all with the run's end. */
  readonly waits: readonly NewWait[];
  /**
   * Names the run wants to be woken by (15.3): item `key` is due at once when the signal comes. A name that another
   * run waits for: with `fail` nothing is committed (`signal_taken`), with `replace` it is taken over.
   */
  readonly signals: readonly NewSignal[];
  /** Events the run causes, stored and matched like any other in this very act. */
  readonly emit: readonly NewEvent[];
  /** Entries of the log that go along when it is committed: a person or an app asked for this step. */
  readonly audit?: readonly AuditDraft[];
  readonly session: SessionId | null;
  readonly now: number;
}

export interface NewSignal {
  readonly name: string;
  readonly key: string;
  readonly conflict: "fail" | "replace";
}

/**
 * `conflict`: the run moved on meanwhile; load it again and decide again. `unknown`: there is no such run.
 * `signal_taken`: another run waits for the signal; nothing was committed.
 */
export type AdvanceResult =
  | {
      readonly kind: "committed";
      /** Keys of the queued items that the session holds now. */
      readonly held: ReadonlySet<string>;
      /** What became of the emitted events, and what else became due. */
      readonly emitted: AcceptResult;
    }
  | { readonly kind: "conflict" | "unknown" }
  | { readonly kind: "signal_taken"; readonly signal: string };

export interface RunStore {
  /** Everything a decision needs, or null for an unknown run. */
  load(id: RunId): Promise<RunSnapshot | null>;
  /** Applies one step forward. Ending a run (a final status) also drops its queue items, waits and signals. */
  advance(advance: Advance): Promise<AdvanceResult>;
  /** Opens runs for events that are stored already: a repeated run. As `EventStore.accept` does, matching aside. */
  open(request: {
    readonly audit?: readonly AuditDraft[];
    readonly runs: readonly NewRun[];
    readonly session: SessionId | null;
    readonly now: number;
  }): Promise<Pick<AcceptResult, "workDueAt"> & { readonly runs: readonly OpenResult[] }>;
  /** Brings a signal: the item of the run that waits for it is due at once. Null when nobody waits for it. */
  signal(request: {
    readonly environment: EnvironmentName;
    readonly name: string;
    /** What the waiting step gets, as JSON text. */
    readonly memo: string;
    readonly now: number;
  }): Promise<RunId | null>;
  get(id: RunId): Promise<RunRecord | null>;
  journal(id: RunId): Promise<readonly JournalEntry[]>;
  /** The last journal entry of an ended run, or null. */
  end(id: RunId): Promise<JournalEntry | null>;
  /** Runs the event started, oldest first. */
  ofEvent(id: EventId): Promise<readonly RunRecord[]>;
  list(query: RunQuery): Promise<readonly RunRecord[]>;
  /** The ids of every event a run started with, in order. */
  eventsOf(id: RunId): Promise<readonly EventId[]>;
  /** Queued items of a run, by when they are due. */
  items(id: RunId): Promise<readonly QueueItem[]>;
  /** Runs that have not ended and that nothing would ever wake, or that wait for room under a limit that has some. */
  stranded(limit: number): Promise<readonly Stranded[]>;
}

/** A run that stands still, and why. */
export interface Stranded {
  readonly run: RunRecord;
  readonly why: "no_item" | "parked_with_room" | "wait_without_end";
}

/** By id, newest first unless `order` says otherwise; `before` and `after` are exclusive. */
export interface RunQuery {
  readonly environment: EnvironmentName;
  readonly limit: number;
  readonly before?: RunId;
  readonly after?: RunId;
  readonly order?: "asc" | "desc";
  readonly functionIds?: readonly FunctionId[];
  readonly statuses?: readonly RunStatus[];
  /** Bounds on `queuedAt`, `startedAt` or `endedAt`; `from` is inclusive, `until` exclusive, Unix ms. */
  readonly time?: {
    readonly field: "queuedAt" | "startedAt" | "endedAt";
    readonly from?: number;
    readonly until?: number;
  };
}

/** An item that was handed out, and the function whose run it belongs to: work is shared out between functions. */
export interface LeasedItem {
  readonly item: QueueItem;
  readonly functionId: FunctionId;
}

export interface Lease {
  readonly items: readonly LeasedItem[];
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
   * Hands out due items that pass their gates, the longest due first, each with its generation raised by one. One that
   * does not pass waits under its gate, in the order of its run's age and priority, and is free again in its turn.
   * Items held by a session that ended or expired are free. An item is with at most one session at any instant, and at
   * no instant do more items of a counter stand between hand-out and end than its limit allows.
   */
  lease(request: {
    readonly session: SessionId;
    readonly limit: number;
    readonly now: number;
  }): Promise<Lease>;
  /** How many items there are, and how many of them are held. */
  size(): Promise<{ readonly queued: number; readonly held: number }>;
  /** Items that nobody holds and that could be worked on but for room: due, or behind a gate. Counted up to `max`. */
  waiting(query: { readonly now: number; readonly max: number }): Promise<number>;
  /** Holds back the function's calls, and skips its new runs, until `resume`. `false` when it was paused already. */
  pause(functionId: FunctionId, now: number, audit?: readonly AuditDraft[]): Promise<boolean>;
  /** `false` when it was not paused. */
  resume(functionId: FunctionId, now: number, audit?: readonly AuditDraft[]): Promise<boolean>;
  /** Paused functions, and since when. */
  paused(): Promise<ReadonlyMap<FunctionId, number>>;
}

/** Events gathered for a run that is not made yet, when their time has come. */
export interface DueGathering {
  readonly id: number;
  /** Changes with every event that joins; starting from an older one is refused. */
  readonly revision: number;
  readonly kind: Gathering["kind"];
  readonly functionId: FunctionId;
  readonly key: string;
  readonly dueAt: number;
  /** In the order they arrived; of a debounce only the last. */
  readonly events: readonly EventRecord[];
}

/** The next occurrence of a cron trigger. */
export interface Tick {
  readonly functionId: FunctionId;
  readonly cron: string;
  readonly scheduledAt: number;
  /** `scheduledAt` plus jitter. */
  readonly dueAt: number;
}

/** What starts functions by the clock: gatherings and cron ticks. */
export interface ScheduleStore {
  /** What is due, the longest first, and when the next thing will be; null when there is none. */
  due(request: { readonly now: number; readonly limit: number }): Promise<{
    readonly gatherings: readonly DueGathering[];
    readonly ticks: readonly Tick[];
    readonly nextDueAt: number | null;
  }>;
  /** Puts a run in place of a gathering, or with null drops it. `gone`: it was started, or changed, meanwhile. */
  startGathering(request: {
    readonly id: number;
    readonly revision: number;
    readonly run: NewRun | null;
    readonly session: SessionId | null;
    readonly now: number;
  }): Promise<(OpenResult & { readonly workDueAt: number | null }) | "gone" | "dropped">;
  /** Accepts the events of a tick and puts the next one in its place. `gone`: it fired already, or its chain ended. */
  fireTick(request: {
    readonly tick: Tick;
    readonly next: Tick | null;
    readonly batch: AcceptBatch;
  }): Promise<AcceptResult | "gone">;
}

/** A rule that cancels every run of a function that started in a stretch of time. */
export interface CancellationRecord {
  readonly id: string;
  readonly environment: EnvironmentName;
  readonly createdAt: number;
  readonly appName: string;
  readonly functionId: FunctionId;
  readonly startedAfter: number | null;
  readonly startedBefore: number;
  readonly expression: string | null;
}

export interface CancellationStore {
  add(cancellation: CancellationRecord, audit?: readonly AuditDraft[]): Promise<void>;
  list(environment: EnvironmentName): Promise<readonly CancellationRecord[]>;
  /** `false` when there is none of this id. */
  remove(environment: EnvironmentName, id: string, audit?: readonly AuditDraft[]): Promise<boolean>;
}

export interface RegisteredApp {
  readonly app: AppRecord;
  /** Version and `archivedAt` are the store's to say: they are ignored here. */
  readonly functions: readonly FunctionRecord[];
  /**
   * The chains of ticks of these functions. One that goes on (same function and cron) keeps its next instant, and takes
   * `dueAt` from here if the instant is the same; one that is not listed ends; one that is new begins here.
   */
  readonly ticks: readonly Tick[];
}

export interface AppStore {
  /**
   * Puts the app and its functions in place of what was registered under its name: new functions get version 1,
   * changed ones the next version, those that vanished are archived, those that came back are taken out again. `false`:
   * the very same was registered already.
   */
  register(registered: RegisteredApp, audit?: readonly AuditDraft[]): Promise<boolean>;
  /** Notes why a sync failed, or with null that the app is well. Unknown apps are left alone. */
  noteError(environment: EnvironmentName, name: string, error: string | null): Promise<void>;
  /** Forgets the app and archives its functions. `false` when it is not there. */
  remove(
    environment: EnvironmentName,
    name: string,
    now: number,
    audit?: readonly AuditDraft[],
  ): Promise<boolean>;
  apps(): Promise<readonly AppRecord[]>;
  /** Every function ever registered, archived ones too: old runs still name them. */
  functions(): Promise<readonly FunctionRecord[]>;
}
