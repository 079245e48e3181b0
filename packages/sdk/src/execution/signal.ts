/** Wakes who waits for something to happen. Nothing is remembered: look first, then wait. */
export class Signal {
  #waiting: (() => void)[] = [];

  raise(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves when it is raised next. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
