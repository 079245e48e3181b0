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
  /**
   * Changes of the open transaction, each as four values, in one flat list: this is on the way of every act. What kind,
   * then a counter and by how much, or a line's function too, or a run, its call and whether that was admitted.
   */
  readonly #changes: (string | number)[] = [];

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
    this.#changes.push(PLACE, counter, by, 0);
  }

  /** Calls of a function join the line at a counter, or leave it where `by` is negative. */
  queue(counter: string, fn: number, by: number): void {
    this.#changeLine(counter, fn, by);
    this.#changes.push(LINE, counter, fn, by);
  }

  /** Notes that a call of a run is admitted. */
  admit(run: number, key: string): void {
    this.#addCall(run, key);
    this.#changes.push(CALL, run, key, 1);
  }

  /** Notes that a call is done. `false`: it was not admitted. */
  dismiss(run: number, key: string): boolean {
    if (!this.#removeCall(run, key)) return false;
    this.#changes.push(CALL, run, key, -1);
    return true;
  }

  /** Notes that all calls of a run are done; how many were admitted. */
  dismissAll(run: number): number {
    const keys = this.#calls.get(run) ?? [];
    this.#calls.delete(run);
    for (const key of keys) this.#changes.push(CALL, run, key, -1);
    return keys.length;
  }

  /** The transaction was committed. */
  keep(): void {
    this.#changes.length = 0;
  }

  /** The transaction was rolled back. */
  revert(): void {
    for (let end = this.#changes.length; end > 0; end -= 4) {
      // Four values, as they were pushed.
      const [kind, ...values] = this.#changes.slice(end - 4, end) as [number, ...(string | number)[]];
      this.#revertOne(kind, values);
    }
    this.#changes.length = 0;
  }

  #revertOne(kind: number, values: readonly (string | number)[]): void {
    if (kind === PLACE) {
      const [counter, by] = values as readonly [string, number];
      change(this.#counts, counter, -by);
    } else if (kind === LINE) {
      const [counter, fn, by] = values as readonly [string, number, number];
      this.#changeLine(counter, fn, -by);
    } else {
      const [run, key, by] = values as readonly [number, string, number];
      if (by > 0) this.#removeCall(run, key);
      else this.#addCall(run, key);
    }
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

/** Kinds of changes. */
const PLACE = 0;
const LINE = 1;
const CALL = 2;

/** Adds to a count; one that is nought takes no memory. */
function change<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
