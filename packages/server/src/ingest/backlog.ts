import type { Clock, Log } from "#kernel";
import type { Queue } from "#queue";

export interface BacklogDeps {
  readonly queue: Pick<Queue, "backlog">;
  readonly clock: Clock;
  readonly log: Log;
  /** Pieces of work that may wait or be under way before new work is refused; may be `Infinity`. */
  readonly max: number;
}

/** How old a look may be. In between, what is taken counts, and what ends does not. */
const LOOK_MS = 1000;

/** What whoever sends new work is told. */
export const BACKLOG_FULL = {
  code: "backlog_full",
  message: "As much work waits in this environment as may; nothing of the request was taken.",
} as const;

/**
 * How much work of an environment waits, and whether more is taken. A sender that is told to come back keeps its events; a
 * server that takes what it cannot do keeps everybody waiting behind them. Runs that sleep or wait for an event do not count.
 */
export class Backlog {
  readonly #deps: BacklogDeps;
  #count = 0;
  #lookedAt = -Infinity;
  #wasFull = false;
  #look: Promise<void> | null = null;

  constructor(deps: BacklogDeps) {
    this.#deps = deps;
  }

  /** Whether new work is refused now. */
  async isFull(): Promise<boolean> {
    const { clock, max } = this.#deps;
    if (max === Infinity) return false;
    // Those who ask meanwhile wait for the same look.
    if (clock.monotonic() - this.#lookedAt >= LOOK_MS)
      await (this.#look ??= this.#lookAgain().finally(() => (this.#look = null)));
    return this.#count >= max;
  }

  /** Notes runs that are opened now. */
  note(runs: number): void {
    this.#count += runs;
  }

  async #lookAgain(): Promise<void> {
    const { clock, log, max, queue } = this.#deps;
    this.#count = await queue.backlog(max);
    this.#lookedAt = clock.monotonic();
    const isFull = this.#count >= max;
    if (isFull && !this.#wasFull) log.warn({ max }, "as much work waits as may: no new events are taken");
    if (!isFull && this.#wasFull) log.info({ waiting: this.#count }, "new events are taken again");
    this.#wasFull = isFull;
  }
}
