import { nextTurn } from "../platform/turn.ts";
import type { World } from "../platform/contract.ts";
import type { SeededChoices } from "./seeded-choices.ts";

/** Turns in which nobody else came, after which those who are there are let through. */
const STILL_TURNS = 4;

/** Holds whoever comes until nobody else does, and lets them through one by one in a random order. */
export class Turnstile {
  readonly #choices: SeededChoices;
  readonly #world: World;
  #waiting: (() => void)[] = [];
  #isOpening = false;

  constructor(choices: SeededChoices, world: World) {
    this.#choices = choices;
    this.#world = world;
  }

  /** Settles when it is one's turn. */
  async pass(): Promise<void> {
    const turn = new Promise<void>((resolve) => void this.#waiting.push(resolve));
    if (!this.#isOpening) void this.#open();
    await turn;
  }

  async #open(): Promise<void> {
    this.#isOpening = true;
    while (this.#waiting.length > 0) {
      for (let still = 0, count = this.#waiting.length; still < STILL_TURNS; still += 1) {
        await nextTurn(this.#world);
        if (this.#waiting.length !== count) still = 0;
        count = this.#waiting.length;
      }
      const [next] = this.#waiting.splice(this.#choices.index(this.#waiting.length), 1);
      next?.();
    }
    this.#isOpening = false;
  }
}
