import type { RunId } from "@holdfast/protocol";
import type { Cause, QueueItem, SessionId } from "../records.ts";
import type { Act } from "./act.ts";
import type { Table, Tables } from "./tables.ts";

/**
 * How a call stands to the gates of its run. `new`: it has not come to them, because it was not due yet. `waiting`: it
 * came, and there was no room. `throttled`: there is room, and its throttle says when. `admitted`: it has a place of
 * each, until it is done. What is no call stays `new`.
 */
export type Standing = "new" | "waiting" | "throttled" | "admitted";

export interface Queued {
  readonly item: QueueItem;
  readonly standing: Standing;
  /** The session that works on it; null while it is free or waits. */
  readonly holder: SessionId | null;
}

/** Whether an item asks for a call, which has to pass the gates of its run. */
export function isCall({ kind }: QueueItem): boolean {
  return kind === "discovery" || kind === "step" || kind === "gateway";
}

const NONE: ReadonlyMap<string, Queued> = new Map();

/** The queue: what each run still has to do, by key. */
export class QueueItems {
  readonly #byRun: Table<RunId, ReadonlyMap<string, Queued>>;

  constructor(tables: Tables) {
    this.#byRun = tables.table();
  }

  all(): readonly Queued[] {
    return this.#byRun.rows().flatMap((items) => [...items.values()]);
  }

  of(run: RunId): readonly Queued[] {
    return [...(this.#byRun.get(run) ?? NONE).values()];
  }

  get(run: RunId, key: string): Queued | undefined {
    return this.#byRun.get(run)?.get(key);
  }

  put(queued: Queued): void {
    const { runId, key } = queued.item;
    this.#byRun.put(runId, new Map(this.#byRun.get(runId)).set(key, queued));
  }

  remove(run: RunId, key: string): void {
    const left = new Map(this.#byRun.get(run));
    if (!left.delete(key)) return;
    if (left.size === 0) this.#byRun.remove(run);
    else this.#byRun.put(run, left);
  }

  /** Frees whatever a session holds. Calls keep their places: they are not done. */
  free(session: SessionId): void {
    for (const queued of this.all()) {
      if (queued.holder === session) this.put({ ...queued, holder: null });
    }
  }

  /** Makes an item due now. `false`: it is not there, held, or due already, and takes no other course any more. */
  wake(act: Act, run: RunId, key: string, cause: Cause): boolean {
    const queued = this.get(run, key);
    if (queued === undefined || queued.holder !== null || queued.item.dueAt <= act.now) return false;
    this.put({ ...queued, item: { ...queued.item, dueAt: act.now, cause } });
    act.noteWork(act.now);
    return true;
  }

  /** Asks for the end of a run, once. */
  cancel(act: Act, runId: RunId, cause: Cause | null): void {
    const key = "cancel";
    if (this.get(runId, key) !== undefined) return;
    const { now } = act;
    const fields = { kind: "cancel", stepId: null, attempt: 0, generation: 0 } as const;
    const item: QueueItem = { runId, key, ...fields, enqueuedAt: now, dueAt: now, cause };
    this.put({ item, standing: "new", holder: null });
    act.noteWork(now);
  }
}
