/**
 * What is counted, in memory: how many hold a place of each counter, and how many of each function wait at it. Both
 * follow from the tables and are rebuilt from them when the store opens. Every change is noted until its transaction
 * is over, so that one that is rolled back can be taken back without reading the tables again.
 */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #lines = new Map<string, Map<number, number>>();
  /** Changes of the open transaction: counter, function or -1 for a place, by how much. */
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

  /** Takes places of a counter, or gives them back where `by` is negative. */
  add(counter: string, by: number): void {
    this.#change(counter, by);
    this.#changes.push(counter, -1, by);
  }

  /** Calls of a function join the line at a counter, or leave it where `by` is negative. */
  queue(counter: string, fn: number, by: number): void {
    this.#changeLine(counter, fn, by);
    this.#changes.push(counter, fn, by);
  }

  /** The transaction was committed. */
  keep(): void {
    this.#changes.length = 0;
  }

  /** The transaction was rolled back. */
  revert(): void {
    for (let at = 0; at < this.#changes.length; at += 3) {
      // Threes, as they were pushed; adding up takes any order.
      const [counter, fn, by] = this.#changes.slice(at, at + 3) as [string, number, number];
      if (fn < 0) this.#change(counter, -by);
      else this.#changeLine(counter, fn, -by);
    }
    this.#changes.length = 0;
  }

  #change(counter: string, by: number): void {
    const count = this.count(counter) + by;
    if (count === 0) this.#counts.delete(counter);
    else this.#counts.set(counter, count);
  }

  #changeLine(counter: string, fn: number, by: number): void {
    const line = this.#lines.get(counter) ?? new Map<number, number>();
    const length = (line.get(fn) ?? 0) + by;
    if (length === 0) line.delete(fn);
    else line.set(fn, length);
    if (line.size === 0) this.#lines.delete(counter);
    else this.#lines.set(counter, line);
  }
}
