import { isHoldfastError } from "@holdfast/protocol";
import type { Clock, Log, Timer } from "#kernel";
import type { QueueStore, SessionId } from "#store";
import type { Queue, Work, Worker } from "./contract.ts";

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

/** Opens a session in the store and builds the queue around it. Nothing is handed out before `start`. */
export async function openQueue(deps: QueueDeps): Promise<Queue> {
  const now = deps.clock.now();
  const session = await deps.store.openSession({ node: deps.node, now, expiresAt: now + deps.sessionMs });
  return new WorkQueue(deps, session);
}

/**
 * Work in this process's hands, in three places: under way (`active`, at most `slots`), waiting for a slot (`waiting`),
 * and in the store, due or not. Work that our own commits queued comes in by `offer` without another trip to the store.
 * The rest is leased in bounded batches whenever something is due and fewer than `holdMax` pieces are held; a timer
 * stands at the earliest due time, so that nothing is polled for while nothing is due.
 *
 * Holding is covered by a session with an end. This process extends it; if it could not (it was suspended), what it held
 * is free for others and it begins a new session. Results of work held under the old one are refused where somebody
 * else was handed the item meanwhile: the generation tells.
 */
class WorkQueue implements Queue {
  readonly #deps: QueueDeps;
  readonly #holdMax: number;
  #session: SessionId;
  #worker: Worker | null = null;
  #active = 0;
  #waiting: Work[] = [];
  /** Index of the first waiting work: taking from the front of a long array would copy it. */
  #head = 0;
  /** When the earliest free item is due, as far as we know; null when none is. */
  #nextDueAt: number | null = 0;
  #looking = false;
  #timer: Timer | null = null;
  #heartbeat: Timer | null = null;
  #drained: (() => void) | null = null;
  #stopping = false;

  constructor(deps: QueueDeps, session: SessionId) {
    this.#deps = deps;
    this.#session = session;
    this.#holdMax = deps.slots * 2;
  }

  get session(): SessionId {
    return this.#session;
  }

  get hasRoom(): boolean {
    return !this.#stopping && this.#held < this.#holdMax;
  }

  load(): { active: number; waiting: number } {
    return { active: this.#active, waiting: this.#waiting.length - this.#head };
  }

  size(): Promise<{ queued: number; held: number }> {
    return this.#deps.store.size();
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
    this.#waiting.push(...work);
    this.#pump();
  }

  expect(dueAt: number): void {
    if (this.#nextDueAt !== null && this.#nextDueAt <= dueAt) return;
    this.#nextDueAt = dueAt;
    this.#arm();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#timer?.cancel();
    this.#waiting = [];
    this.#head = 0;
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
        this.#deps.machineClock.after(graceMs, resolve);
      });
    }
    this.#heartbeat?.cancel();
    await this.#deps.store.closeSession(this.#session);
  }

  get #held(): number {
    return this.#active + this.#waiting.length - this.#head;
  }

  /** Begins waiting work while there are free slots. */
  #pump(): void {
    const worker = this.#worker;
    if (worker === null || this.#stopping) return;
    while (this.#active < this.#deps.slots && this.#head < this.#waiting.length) {
      const work = this.#waiting[this.#head] as Work;
      this.#head += 1;
      this.#active += 1;
      void worker(work).finally(() => this.#done());
    }
    if (this.#head > 1024 || this.#head === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }

  #done(): void {
    this.#active -= 1;
    this.#pump();
    if (this.#active === 0) this.#drained?.();
    // Room again after being full: what was left in the store is looked for at half load, not piece by piece.
    if (this.#held <= this.#deps.slots && this.#isDue()) this.#look();
  }

  #isDue(): boolean {
    return this.#nextDueAt !== null && this.#nextDueAt <= this.#deps.clock.now();
  }

  /** Leases what is due, as far as there is room. One look at a time. */
  #look(): void {
    if (this.#looking || this.#stopping || this.#worker === null) return;
    const limit = this.#holdMax - this.#held;
    // Without room the next finished piece of work looks again.
    if (limit <= 0) return;
    this.#looking = true;
    const expected = this.#nextDueAt;
    this.#nextDueAt = null;
    void this.#lease(limit, expected).finally(() => {
      this.#looking = false;
      this.#arm();
    });
  }

  async #lease(limit: number, expected: number | null): Promise<void> {
    const now = this.#deps.clock.now();
    try {
      const lease = await this.#deps.store.lease({ session: this.#session, limit, now });
      if (lease.nextDueAt !== null) this.expect(lease.nextDueAt);
      if (lease.items.length > 0) this.offer(lease.items.map((item) => ({ item, snapshot: null })));
    } catch (error) {
      if (isHoldfastError(error, "store_closed")) return;
      this.#deps.log.error({ error: String(error) }, "looking for due work failed; trying again");
      this.expect(Math.max(expected ?? now, now + 1000));
    }
  }

  /** Sets the timer for the next look: when something is due, and at the latest one tick from now. */
  #arm(): void {
    if (this.#stopping || this.#worker === null) return;
    this.#timer?.cancel();
    const dueMs = this.#nextDueAt === null ? Infinity : this.#nextDueAt - this.#deps.clock.now();
    const delayMs = Math.min(Math.max(0, dueMs), this.#deps.tickMs);
    this.#timer = this.#deps.clock.after(delayMs, () => {
      if (this.#isDue() || !this.#looking) this.#look();
    });
  }

  #beat(): void {
    this.#heartbeat = this.#deps.machineClock.after(EXTEND_MS, () => {
      void this.#extend().finally(() => {
        if (!this.#stopping || this.#active > 0) this.#beat();
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
      this.#look();
    } catch (error) {
      if (isHoldfastError(error, "store_closed")) return;
      this.#deps.log.error(
        { error: String(error) },
        "the session in which work is held could not be extended",
      );
    }
  }
}
