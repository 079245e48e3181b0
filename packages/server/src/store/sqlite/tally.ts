/** Undoes one change of the open transaction. */
type Change =
  | readonly [kind: "place", counter: string, by: number]
  | readonly [kind: "line", counter: string, fn: number, by: number]
  | readonly [kind: "call", run: number, key: string, isAdmitted: boolean];

/**
 * What is counted, in memory: how many hold a place of each counter, how many of each function wait at it, and which
 * calls are admitted (so that the end of a call need not read its row; a function has at most a thousand of them). All
 * of it follows from the tables and is rebuilt from them when the store opens. Every change is noted until its
 * transaction is over, so that one that is rolled back can be taken back without reading the tables again.
 */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #lines = new Map<string, Map<number, number>>();
  readonly #waiting = new Map<number, number>();
  readonly #calls = new Map<number, string[]>();
  #changes: Change[] = [];

  /** Places taken. */
  count(counter: string): number {
    return this.#counts.get(counter) ?? 0;
  }

  /** Functions with calls that wait at the counter, each with how many; undefined when none does. */
  lines(counter: string): ReadonlyMap<number, number> | undefined {
    return this.#lines.get(counter);
  }

  /** Counters at which somebody waits. */
  counters(): IterableIterator<string> {
    return this.#lines.keys();
  }

  /** Whether any call of the function waits, at whichever counter. */
  isWaiting(fn: number): boolean {
    return this.#waiting.has(fn);
  }

  /** Takes places of a counter, or gives them back where `by` is negative. */
  add(counter: string, by: number): void {
    change(this.#counts, counter, by);
    this.#changes.push(["place", counter, by]);
  }

  /** Calls of a function join the line at a counter, or leave it where `by` is negative. */
  queue(counter: string, fn: number, by: number): void {
    this.#changeLine(counter, fn, by);
    this.#changes.push(["line", counter, fn, by]);
  }

  /** Notes that a call of a run is admitted. */
  admit(run: number, key: string): void {
    this.#addCall(run, key);
    this.#changes.push(["call", run, key, true]);
  }

  /** Notes that a call is done. `false`: it was not admitted. */
  dismiss(run: number, key: string): boolean {
    if (!this.#removeCall(run, key)) return false;
    this.#changes.push(["call", run, key, false]);
    return true;
  }

  /** Notes that all calls of a run are done; how many were admitted. */
  dismissAll(run: number): number {
    const keys = this.#calls.get(run) ?? [];
    this.#calls.delete(run);
    for (const key of keys) this.#changes.push(["call", run, key, false]);
    return keys.length;
  }

  /** The transaction was committed. */
  keep(): void {
    if (this.#changes.length > 0) this.#changes = [];
  }

  /** The transaction was rolled back. */
  revert(): void {
    for (const undone of this.#changes.toReversed()) {
      if (undone[0] === "place") change(this.#counts, undone[1], -undone[2]);
      else if (undone[0] === "line") this.#changeLine(undone[1], undone[2], -undone[3]);
      else if (undone[3]) this.#removeCall(undone[1], undone[2]);
      else this.#addCall(undone[1], undone[2]);
    }
    this.#changes = [];
  }

  #changeLine(counter: string, fn: number, by: number): void {
    const line = this.#lines.get(counter) ?? new Map<number, number>();
    change(line, fn, by);
    change(this.#waiting, fn, by);
    if (line.size === 0) this.#lines.delete(counter);
    else this.#lines.set(counter, line);
  }

  #addCall(run: number, key: string): void {
    const keys = this.#calls.get(run);
    if (keys === undefined) this.#calls.set(run, [key]);
    else keys.push(key);
  }

  #removeCall(run: number, key: string): boolean {
    const keys = this.#calls.get(run);
    const at = keys?.indexOf(key) ?? -1;
    if (keys === undefined || at < 0) return false;
    if (keys.length === 1) this.#calls.delete(run);
    else keys.splice(at, 1);
    return true;
  }
}

/** Adds to a count; one that is nought takes no memory. */
function change<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
