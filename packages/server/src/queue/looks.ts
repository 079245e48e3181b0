/**
 * Shortest time between the beginnings of two looks. A limited function frees one item with every call that ends, and a
 * lease is one more act in a commit: under load a look collects what came up in the meantime.
 */
export const LOOK_GAP_MS = 2;

/** When to look into the store for due work. Knows instants and reads no clock. */
export class Looks {
  readonly #tickMs: number;
  /** When the earliest free item is due, as far as we know; null when none is. At the start there may be any. */
  #nextDueAt: number | null = 0;
  /** When the last look began, on the monotonic clock. */
  #beganAt = -Infinity;

  /** @param tickMs Longest wait between two looks, for what nobody told us of. */
  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** A free item is due at this time. `false`: one was expected by then already, and nothing changes. */
  expect(dueAt: number): boolean {
    if (this.#nextDueAt !== null && this.#nextDueAt <= dueAt) return false;
    this.#nextDueAt = dueAt;
    return true;
  }

  /** A look begins: it will see whatever was expected so far. */
  begin(monotonic: number): void {
    this.#nextDueAt = null;
    this.#beganAt = monotonic;
  }

  /** How long to wait for the next look; 0 when it should begin at once. */
  delayMs(now: number, monotonic: number): number {
    const dueMs = this.#nextDueAt === null ? Infinity : this.#nextDueAt - now;
    const gapMs = this.#beganAt + LOOK_GAP_MS - monotonic;
    return Math.max(0, gapMs, Math.min(dueMs, this.#tickMs));
  }
}
