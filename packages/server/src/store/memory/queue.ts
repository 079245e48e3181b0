import type { RunId } from "@holdfast/protocol";
import type { Lease, LeasedItem, QueueStore } from "../contract.ts";
import type { QueueItem } from "../records.ts";
import { Act } from "./act.ts";
import type { Admission } from "./admission.ts";
import { by } from "./order.ts";
import type { Queued, QueueItems } from "./queue-items.ts";
import { isCall } from "./queue-items.ts";
import type { Runs } from "./runs.ts";
import type { Sessions } from "./sessions.ts";

type LeaseRequest = Parameters<QueueStore["lease"]>[0];

/** Puts items in line, takes them out, and hands them out. */
export class Queue {
  readonly #items: QueueItems;
  readonly #runs: Runs;
  readonly #admission: Admission;
  readonly #sessions: Sessions;

  constructor(rooms: {
    readonly items: QueueItems;
    readonly runs: Runs;
    readonly admission: Admission;
    readonly sessions: Sessions;
  }) {
    this.#items = rooms.items;
    this.#runs = rooms.runs;
    this.#admission = rooms.admission;
    this.#sessions = rooms.sessions;
  }

  /** Queues an item, in place of the one of the same key if there is one. `true`: the act's session holds it. */
  put(act: Act, item: QueueItem): boolean {
    this.finish(item.runId, item.key);
    const queued: Queued = { item: { ...item, cause: null }, standing: "new", holder: null };
    this.#items.put(queued);
    if (item.dueAt <= act.now) {
      // A call that waits is nothing to come back for: whoever makes room for it says so.
      if (isCall(item) && !this.#admission.arrive(act, queued)) return false;
      if (act.holder !== null) {
        this.#hold(act, item.runId, item.key, item.generation);
        return true;
      }
    }
    act.noteWork(item.dueAt);
    return false;
  }

  /** Takes an item out, if it is there. */
  finish(id: RunId, key: string): void {
    const queued = this.#items.get(id, key);
    const run = this.#runs.get(id);
    if (queued === undefined || run === undefined) return;
    this.#admission.leave(run, queued);
    this.#items.remove(id, key);
  }

  /** Takes out the calls of a run, or with `all` everything. */
  clear(id: RunId, what: "calls" | "all"): void {
    for (const { item } of this.#items.of(id)) {
      if (what === "all" || isCall(item)) this.finish(id, item.key);
    }
  }

  lease({ session, limit, now }: LeaseRequest): Lease {
    this.#sessions.endExpired(now);
    // A session that has ended gets nothing, and no instant to come back at: it would come back in vain.
    if (!this.#sessions.isOpen(session, now)) return { items: [], nextDueAt: null };
    const act = new Act(now, session);
    this.#admission.settle(act);
    const items: LeasedItem[] = [];
    for (const { item } of this.#free()) {
      if (items.length === limit || item.dueAt > now) break;
      const leased = this.#handOut(act, item);
      if (leased !== null) items.push(leased);
    }
    this.#admission.settle(act);
    const free = this.#free()[0]?.item.dueAt ?? Infinity;
    const nextDueAt = Math.min(free, this.#admission.nextStartAt(now) ?? Infinity);
    return { items, nextDueAt: nextDueAt === Infinity ? null : nextDueAt };
  }

  /** The item as it is handed out, or null where it has to wait. */
  #handOut(act: Act, { runId, key }: QueueItem): LeasedItem | null {
    const run = this.#runs.get(runId);
    const queued = this.#items.get(runId, key);
    if (run === undefined || queued === undefined) return null;
    if (isCall(queued.item)) {
      const isPaused = this.#admission.isPaused(run);
      if (isPaused) this.#admission.withdraw(run, queued);
      if (isPaused || queued.standing !== "admitted") {
        if (!this.#admission.arrive(act, queued)) return null;
      }
    }
    const item = this.#hold(act, runId, key, queued.item.generation + 1);
    return { item, functionId: run.record.functionId };
  }

  #hold(act: Act, id: RunId, key: string, generation: number): QueueItem {
    const queued = this.#items.get(id, key);
    if (queued === undefined) throw new TypeError(`${id} has no item "${key}" to hold.`);
    const item = { ...queued.item, generation };
    const run = this.#runs.get(id);
    if (run !== undefined && isCall(item)) this.#runs.put({ ...run, wasCalled: true });
    this.#items.put({ ...queued, item, holder: act.holder });
    return item;
  }

  /** Items that nobody holds and that do not wait, the longest due first; of several at one instant the older run's. */
  #free(): readonly Queued[] {
    return this.#items
      .all()
      .filter(({ holder, standing }) => holder === null && (standing === "new" || standing === "admitted"))
      .sort(
        by(
          ({ item }) => item.dueAt,
          ({ item }) => this.#runs.get(item.runId)?.num ?? 0,
          ({ item }) => item.key,
        ),
      );
  }
}
