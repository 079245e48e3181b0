/** Lets so many in at once, and the others in their order as those leave. */
export class Turns<T extends { begin(): void }> {
  readonly #max: () => number;
  readonly #inside = new Set<T>();
  readonly #waiting = new Set<T>();

  /** @param max How many, as of now: it may change while some wait. */
  constructor(max: () => number) {
    this.#max = max;
  }

  /** Has `begin` called: at once, or when there is room. */
  enter(one: T): void {
    this.#waiting.add(one);
    this.#admit();
  }

  /** Whether it is its turn, or was. */
  has(one: T): boolean {
    return this.#inside.has(one);
  }

  /** It is done, or waits no longer. */
  leave(one: T): void {
    this.#waiting.delete(one);
    this.#inside.delete(one);
    this.#admit();
  }

  #admit(): void {
    for (const one of this.#waiting) {
      if (this.#inside.size >= this.#max()) return;
      this.#waiting.delete(one);
      this.#inside.add(one);
      one.begin();
    }
  }
}
