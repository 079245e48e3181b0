import type { ErrorCode, RunId } from "@holdfast/protocol";
import type { Expression } from "#expressions";
import type { FunctionDefinition } from "#registry";
import type {
  AcceptResult,
  AuditDraft,
  CancellationRecord,
  EventRecord,
  JournalEntry,
  NewEvent,
  QueueItem,
  RunQuery,
  RunRecord,
  Stranded,
} from "#store";
import type { InternalEvent } from "./internal-event.ts";
import type { ReportedOp } from "./reported-op.ts";

/** A checkpoint an app posts while its call is open (wire-protocol 16.1); `steps` is not checked yet. */
export interface CheckpointRequest {
  readonly runId: RunId;
  /** `ctx.qi_id` as the call carried it. */
  readonly itemKey: string;
  readonly generation: number | null;
  readonly requestStartedAt: number | null;
  readonly steps: unknown;
}

/**
 * `saved`: on disk. `stale`: the item was handed out again since; the caller must stop (409). `unknown`: no such run (404).
 * `ended`: the run is over (410). `refused`: an op that cannot be checkpointed (400); nothing was stored.
 */
export type CheckpointOutcome =
  | { readonly kind: "saved" }
  | { readonly kind: "stale" }
  | { readonly kind: "unknown" }
  | { readonly kind: "ended" }
  | { readonly kind: "refused"; readonly message: string; readonly code?: ErrorCode };

/** A run as history shows it. */
export interface RunView {
  readonly run: RunRecord;
  /** `run.ended`, or null while the run goes on. */
  readonly end: JournalEntry | null;
}

/**
 * How the events of a run's own making enter the house: the executor commits them with the step that causes them. Ingest
 * fits this port; the two rooms do not know each other.
 */
export interface Emitter {
  /** What each event is stored as, and what it starts. */
  prepare(events: readonly InternalEvent[], now: number): readonly NewEvent[];
  /** They are on disk: tell who follows, and hand over the work they made. */
  settle(prepared: readonly NewEvent[], result: AcceptResult, now: number): void;
}

export interface Executor {
  /** Begins to take work from the queue. */
  start(): void;
  /** Cuts the calls that are still open; their work is free for whoever comes next. */
  abort(): void;
  checkpoint(request: CheckpointRequest): Promise<CheckpointOutcome>;
  /**
   * What the app of a durable endpoint did on its own (16.2). `stale`: the server goes on with the run by itself, and this
   * is news from a request that was given up.
   */
  endpointSteps(runId: RunId, ops: readonly ReportedOp[]): Promise<CheckpointOutcome>;
  /** Entries of `audit` go to the log with what they are about, here and below. */
  cancel(runId: RunId, audit?: readonly AuditDraft[]): Promise<"cancelled" | "ended" | "unknown">;
  /** What `use_api` calls read: events, and the memo of every finished step, as JSON text. */
  state(
    runId: RunId,
  ): Promise<
    | { readonly kind: "live"; readonly events: string; readonly steps: string }
    | { readonly kind: "ended" | "unknown" }
  >;
  view(runId: RunId): Promise<RunView | null>;
  journal(runId: RunId): Promise<readonly JournalEntry[]>;
  /** Runs by id, as `RunStore.list` has them, each with its end. */
  list(query: Omit<RunQuery, "environment">): Promise<readonly RunView[]>;
  /** Everything a trace is drawn from, or null for an unknown run. */
  history(runId: RunId): Promise<RunHistory | null>;
  /** Brings a signal to the run that waits for it (15.3). `data` is JSON text. Null when nobody waits. */
  signal(name: string, data: string): Promise<RunId | null>;
  /** Cancels the runs of a function that started in a stretch of time (15.5), those that are there and those to come. */
  cancelMany(request: CancelManyRequest): Promise<CancellationRecord>;
  cancellations(): Promise<readonly CancellationRecord[]>;
  /** `false` when there is no such rule. Runs it cancelled stay cancelled. */
  removeCancellation(id: string, audit?: readonly AuditDraft[]): Promise<boolean>;
  /** Runs that stand still, and why. */
  stranded(limit: number): Promise<readonly Stranded[]>;
  /** Wakes a run that stands still with one more discovery call, or ends it as failed. */
  rescue(
    runId: RunId,
    act: "resume" | "fail",
    audit?: readonly AuditDraft[],
  ): Promise<"done" | "ended" | "unknown">;
}

export interface CancelManyRequest {
  readonly definition: FunctionDefinition;
  readonly startedAfter: number | null;
  readonly startedBefore: number;
  /** Over `event`, the event that started the run; null for all. */
  readonly filter: Expression | null;
  readonly audit?: readonly AuditDraft[];
}

export interface RunHistory extends RunView {
  readonly events: readonly EventRecord[];
  readonly journal: readonly JournalEntry[];
  readonly items: readonly QueueItem[];
}
