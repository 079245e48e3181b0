import type { FunctionId } from "@holdfast/protocol";
import type { AuditDraft, QueueItem, RunSnapshot, SessionId } from "#store";

/** An item in this process's hands, with the run it belongs to when whoever queued it had the run at hand. */
export interface Work {
  readonly item: QueueItem;
  /** The function whose run it belongs to: slots are shared out between functions. */
  readonly functionId: FunctionId;
  readonly snapshot: RunSnapshot | null;
}

/** Takes one piece of work to its end. Resolves when the item was finished, retried or lost; rejects never. */
export type Worker = (work: Work) => Promise<void>;

/**
 * Due work, pulled at this process's pace. Work that was committed as held by our session is handed over with `offer`;
 * everything else is found by leasing from the store when it is due and there is room.
 */
export interface Queue {
  /** The session under which this process holds work. */
  readonly session: SessionId;
  /** Whether new work may be held at once; otherwise it is stored free and leased when there is room. */
  readonly hasRoom: boolean;
  /** Work just committed as held by `session`. */
  offer(work: readonly Work[]): void;
  /** A free item was committed that is due at this time. */
  expect(dueAt: number): void;
  /** Begins to hand out work. */
  start(worker: Worker): void;
  /** Hands out nothing more, waits up to `graceMs` for what is under way, then ends the session. */
  stop(graceMs: number): Promise<void>;
  /** Pieces of work being done and waiting for a free slot, in this process. */
  load(): { readonly active: number; readonly waiting: number };
  /** Holds back a function's calls and skips its new runs (14.10); calls under way end. `false`: it was paused already. */
  pause(functionId: FunctionId, audit?: readonly AuditDraft[]): Promise<boolean>;
  /** `false`: it was not paused. */
  resume(functionId: FunctionId, audit?: readonly AuditDraft[]): Promise<boolean>;
  paused(): Promise<ReadonlyMap<FunctionId, number>>;
  /** Items in the store, due or not, and how many of them somebody holds. */
  size(): Promise<{ readonly queued: number; readonly held: number }>;
  /** Items that are worked on or could be: in this process's hands, due, or behind a gate. Counted up to about `max`. */
  backlog(max: number): Promise<number>;
}
