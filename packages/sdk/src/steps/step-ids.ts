import { sha1Hex } from "../platform/sha1.ts";

/** Which step a call of a tool means. */
export interface StepId {
  /** What travels and what memos are found by. */
  readonly hashedId: string;
  /** Which repeat of the author's id this is; absent for the first. */
  readonly index?: number;
}

/**
 * Counts the ids of one replay (wire-protocol 8.1): the first step of an id is `sha1(id)`, its n-th repeat
 * `sha1("id:n")`. A repeat whose name another step has by itself takes the next free number.
 */
export class StepIds {
  readonly #repeats = new Map<string, number>();
  readonly #taken = new Set<string>();

  next(id: string): StepId {
    const first = this.#repeats.get(id);
    if (first === undefined) {
      this.#repeats.set(id, 0);
      const hashedId = sha1Hex(id);
      if (!this.#taken.has(hashedId)) {
        this.#taken.add(hashedId);
        return { hashedId };
      }
    }
    for (let index = (first ?? 0) + 1; ; index++) {
      const hashedId = sha1Hex(`${id}:${index}`);
      if (this.#taken.has(hashedId)) continue;
      this.#repeats.set(id, index);
      this.#taken.add(hashedId);
      return { hashedId, index };
    }
  }
}
