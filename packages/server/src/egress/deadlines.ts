import type { Clock, Timer } from "#kernel";

/** Something that must be over by an instant of the monotonic clock. The instant may be moved later at will. */
export interface Expiring {
  expiresAt: number;
  expire(): void;
}

/**
 * Deadlines of everything under way, on one timer.
 *
 * A timer per request would be set and cleared thousands of times a second and almost never fire. Here a request
 * costs one insertion and one deletion: the timer stands at the earliest deadline that was ever asked for, and when
 * it fires it looks at what is still under way and moves to the earliest deadline left.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #entries = new Set<Expiring>();
  #timer: Timer | null = null;
  #armedAt = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(entry: Expiring): void {
    this.#entries.add(entry);
    if (entry.expiresAt < this.#armedAt) this.#arm(entry.expiresAt);
  }

  remove(entry: Expiring): void {
    this.#entries.delete(entry);
  }

  /** Forgets the timer; nothing expires any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#armedAt = Infinity;
    this.#entries.clear();
  }

  #arm(at: number): void {
    this.#timer?.cancel();
    this.#armedAt = at;
    this.#timer = this.#clock.after(at - this.#clock.monotonic(), () => this.#sweep());
  }

  #sweep(): void {
    this.#timer = null;
    this.#armedAt = Infinity;
    const now = this.#clock.monotonic();
    let earliest = Infinity;
    for (const entry of this.#entries) {
      if (entry.expiresAt > now) {
        if (entry.expiresAt < earliest) earliest = entry.expiresAt;
        continue;
      }
      this.#entries.delete(entry);
      entry.expire();
    }
    // An expired entry may have caused a new request, whose deadline is armed already.
    if (earliest < this.#armedAt) this.#arm(earliest);
  }
}
