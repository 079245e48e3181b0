/** Counts what a probe counts, by where it happened: in the functions of steps, or outside of them. */
export class SideEffects {
  readonly #probe: () => number;
  #last = 0;
  #callsOpen = 0;
  #stepsOpen = 0;
  #outside = 0;

  /** @param probe how many side effects there were so far */
  constructor(probe: () => number) {
    this.#probe = probe;
  }

  /** How many happened while a function was executed, and none of its steps was. */
  get outside(): number {
    return this.#outside;
  }

  /** Around an execution of a function. */
  async call<Value>(act: () => Promise<Value>): Promise<Value> {
    this.#look();
    this.#callsOpen += 1;
    try {
      return await act();
    } finally {
      this.#look();
      this.#callsOpen -= 1;
    }
  }

  /** Around the author's function of a step. */
  async step<Value>(act: () => Promise<Value>): Promise<Value> {
    this.#look();
    this.#stepsOpen += 1;
    try {
      return await act();
    } finally {
      this.#look();
      this.#stepsOpen -= 1;
    }
  }

  #look(): void {
    const count = this.#probe();
    if (this.#callsOpen > 0 && this.#stepsOpen === 0) this.#outside += count - this.#last;
    this.#last = count;
  }
}
