import { isHoldfastError } from "@holdfast/protocol";
import type { FunctionId } from "@holdfast/protocol";
import type { Clock, Log, Timer } from "#kernel";
import type { AuditDraft, QueueStore, SessionId } from "#store";
import type { Queue, Work, Worker } from "./contract.ts";
import { HeldBack } from "./held-back.ts";
import { Looks } from "./looks.ts";
import { Shares } from "./shares.ts";

export interface QueueDeps {
  readonly store: QueueStore;
  /** Says what is due. */
  readonly clock: Clock;
  /** Paces the session's signs of life and the grace of a stop, which are about this process and not about its work. */
  readonly machineClock: Clock;
  readonly log: Log;
  /** Names this process in the store. */
  readonly node: string;
  /** Pieces of work done at once. */
  readonly slots: number;
  /** Longest wait between two looks for due work. */
  readonly tickMs: number;
  /** How long a session lasts on `clock` without a sign of life. More than that clock may leap or run in one beat. */
  readonly sessionMs: number;
}

/** How long a session lasts where clocks keep to the pace of the machine, and how often a sign of life is given. */
export const SESSION_MS = 30_000;
const EXTEND_MS = 10_000;

/**
 * Pieces of work held at once, in slots. The store admits 1000 calls of one function at a time, so this is what lets a
 * quiet function be handed its work while some thirty others flood: only when all of it is full must new work lie in the
 * store behind what is due longer.
 */
const HELD_PER_SLOT = 16;
/** Of these, what leases leave free, in slots, so that work which was just committed can still be handed over. */
const RESERVE_PER_SLOT = 1;
/** Waiting pieces that keep the run they were offered with, in slots. Further ones read it again when they begin. */
const SNAPSHOTS_PER_SLOT = 2;
/** Most items one look takes: what is in the same commit waits for it. */
const LEASE_ITEMS_MAX = 500;
/** How long after a look that failed another is made. */
const LOOK_RETRY_MS = 1000;
/** Pieces begun before other things get their turn on this thread: each is a call to write, sign and send. */
const BEGUN_AT_ONCE_MAX = 64;

/** Opens a session in the store and builds the queue around it. Nothing is handed out before `start`. */
export async function openQueue(deps: QueueDeps): Promise<Queue> {
  const now = deps.clock.now();
  const session = await deps.store.openSession({ node: deps.node, now, expiresAt: now + deps.sessionMs });
  const paused = await deps.store.paused();
  return new WorkQueue(deps, session, new HeldBack(paused.keys()));
}

/**
 * Work in this process's hands: under way and waiting for a slot (`#shares`, which says what is next), and calls of paused
 * functions. Work that our own commits queued comes in by `offer` without another trip to the store. The rest is leased
 * in bounded batches whenever something is due and there is room; a timer stands at the earliest due time, so that
 * nothing is polled for while nothing is due.
 *
 * Holding is covered by a session with an end. This process extends it; if it could not (it was suspended), what it held
 * is free for others and it begins a new session. Results of work held under the old one are refused where somebody
 * else was handed the item meanwhile: the generation tells.
 */
class WorkQueue implements Queue {
  readonly #deps: QueueDeps;
  readonly #shares: Shares<FunctionId, Work>;
  readonly #heldBack: HeldBack;
  readonly #looks: Looks;
  #session: SessionId;
  #worker: Worker | null = null;
  /** Pieces begun since this thread last turned to other things. */
  #begun = 0;
  #looking = false;
  /** Whether a look found no room; it is made up for when there is some. */
  #wasFull = false;
  #timer: Timer | null = null;
  #heartbeat: Timer | null = null;
  #drained: (() => void) | null = null;
  #stopping = false;

  constructor(deps: QueueDeps, session: SessionId, heldBack: HeldBack) {
    this.#deps = deps;
    this.#session = session;
    this.#shares = new Shares(deps.slots);
    this.#heldBack = heldBack;
    this.#looks = new Looks(deps.tickMs);
  }

  get session(): SessionId {
    return this.#session;
  }

  get hasRoom(): boolean {
    return !this.#stopping && this.#held < this.#deps.slots * HELD_PER_SLOT;
  }

  load(): { active: number; waiting: number } {
    return { active: this.#shares.active, waiting: this.#shares.waiting };
  }

  size(): Promise<{ queued: number; held: number }> {
    return this.#deps.store.size();
  }

  async backlog(max: number): Promise<number> {
    const { active, waiting } = this.load();
    return active + waiting + (await this.#deps.store.waiting({ now: this.#deps.clock.now(), max }));
  }

  start(worker: Worker): void {
    this.#worker = worker;
    this.#beat();
    this.#look();
    this.#pump();
  }

  offer(work: readonly Work[]): void {
    // What is offered while stopping stays held until the session ends with this process, and is free from then on.
    if (this.#stopping) return;
    for (const piece of work) {
      if (this.#heldBack.keep(piece)) continue;
      const isLong = this.#shares.waiting >= this.#deps.slots * SNAPSHOTS_PER_SLOT;
      this.#shares.offer(piece.functionId, isLong ? { ...piece, snapshot: null } : piece);
    }
    this.#pump();
  }

  expect(dueAt: number): void {
    if (this.#looks.expect(dueAt)) this.#arm();
  }

  async pause(functionId: FunctionId, audit?: readonly AuditDraft[]): Promise<boolean> {
    const isNew = await this.#deps.store.pause(functionId, this.#deps.clock.now(), audit);
    this.#heldBack.pause(functionId);
    this.offer(this.#shares.withdraw(functionId));
    return isNew;
  }

  async resume(functionId: FunctionId, audit?: readonly AuditDraft[]): Promise<boolean> {
    const now = this.#deps.clock.now();
    const wasPaused = await this.#deps.store.resume(functionId, now, audit);
    this.offer(this.#heldBack.resume(functionId));
    this.expect(now);
    return wasPaused;
  }

  paused(): Promise<ReadonlyMap<FunctionId, number>> {
    return this.#deps.store.paused();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#timer?.cancel();
    if (this.#shares.active > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
        this.#deps.machineClock.after(graceMs, resolve);
      });
    }
    this.#heartbeat?.cancel();
    await this.#deps.store.closeSession(this.#session);
  }

  /** Without what is held back: no end of work would ever make room of it. */
  get #held(): number {
    return this.#shares.active + this.#shares.waiting;
  }

  /** How many more items a look may bring. */
  get #leasable(): number {
    const leasedMax = this.#deps.slots * (HELD_PER_SLOT - RESERVE_PER_SLOT);
    return Math.min(LEASE_ITEMS_MAX, leasedMax - this.#held);
  }

  /** Begins waiting work as far as it may have slots. */
  #pump(): void {
    const worker = this.#worker;
    if (worker === null || this.#stopping) return;
    while (this.#begun < BEGUN_AT_ONCE_MAX) {
      const work = this.#shares.take();
      if (work === null) return;
      if (this.#begun === 0) this.#deps.clock.after(0, () => this.#goOn());
      this.#begun += 1;
      void worker(work).finally(() => this.#done(work.functionId));
    }
  }

  #goOn(): void {
    this.#begun = 0;
    this.#pump();
  }

  #done(functionId: FunctionId): void {
    this.#shares.release(functionId);
    this.#pump();
    if (this.#shares.active === 0) this.#drained?.();
    // Room again after being full: what was left in the store is looked for in batches, not piece by piece.
    if (this.#wasFull && this.#leasable >= Math.min(LEASE_ITEMS_MAX, this.#deps.slots)) this.#look();
  }

  /** Leases what is due, as far as there is room. One look at a time. */
  #look(): void {
    if (this.#looking || this.#stopping || this.#worker === null) return;
    const limit = this.#leasable;
    this.#wasFull = limit <= 0;
    if (this.#wasFull) return;
    this.#looking = true;
    this.#looks.begin(this.#deps.clock.monotonic());
    void this.#lease(limit).finally(() => {
      this.#looking = false;
      this.#arm();
    });
  }

  async #lease(limit: number): Promise<void> {
    const now = this.#deps.clock.now();
    try {
      const lease = await this.#deps.store.lease({ session: this.#session, limit, now });
      if (lease.nextDueAt !== null) this.expect(lease.nextDueAt);
      if (lease.items.length > 0) this.offer(lease.items.map((leased) => ({ ...leased, snapshot: null })));
    } catch (error) {
      if (isHoldfastError(error, "store_closed")) return;
      this.#deps.log.error({ error: String(error) }, "looking for due work failed; trying again");
      this.expect(now + LOOK_RETRY_MS);
    }
  }

  /** Looks when the time has come, or sets the timer for it; while a look is under way, its end does this. */
  #arm(): void {
    if (this.#looking || this.#stopping || this.#worker === null) return;
    this.#timer?.cancel();
    this.#timer = null;
    const { clock } = this.#deps;
    const delayMs = this.#looks.delayMs(clock.now(), clock.monotonic());
    if (delayMs === 0) this.#look();
    else this.#timer = clock.after(delayMs, () => this.#look());
  }

  #beat(): void {
    this.#heartbeat = this.#deps.machineClock.after(EXTEND_MS, () => {
      void this.#extend().finally(() => {
        if (!this.#stopping || this.#shares.active > 0) this.#beat();
      });
    });
  }

  async #extend(): Promise<void> {
    const now = this.#deps.clock.now();
    try {
      if (await this.#deps.store.extendSession(this.#session, now + this.#deps.sessionMs, now)) return;
      this.#deps.log.warn({}, "the session in which work was held had ended; beginning a new one");
      this.#session = await this.#deps.store.openSession({
        node: this.#deps.node,
        now,
        expiresAt: now + this.#deps.sessionMs,
      });
      // Not merely a look: one may be under way for the old session, and it finds nothing.
      this.expect(this.#deps.clock.now());
    } catch (error) {
      if (isHoldfastError(error, "store_closed")) return;
      this.#deps.log.error(
        { error: String(error) },
        "the session in which work is held could not be extended",
      );
    }
  }
}
