import type { DatabaseSync } from "node:sqlite";
import { isThrottle } from "./gates.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

/** When the next of those that wait at a throttle may start. While nothing is throttled it asks no table. */
export class Throttles {
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #due: Statement<readonly [counter: string]>;
  readonly #next: Statement<readonly [wakeAt: number]>;
  #mayHaveRows: boolean;

  constructor(db: DatabaseSync) {
    this.#put = prepare(db, "INSERT OR REPLACE INTO throttles (counter, wake_at) VALUES (?, ?)");
    this.#remove = prepare(db, "DELETE FROM throttles WHERE counter = ?");
    this.#due = prepare(db, "SELECT counter FROM throttles WHERE wake_at <= ?");
    this.#next = prepare(db, "SELECT wake_at FROM throttles ORDER BY wake_at LIMIT 1");
    this.#mayHaveRows = this.#next.get() !== undefined;
  }

  put(counter: string, wakeAt: number): void {
    this.#put.run(counter, wakeAt);
    this.#mayHaveRows = true;
  }

  /** Does nothing for a counter that is no throttle, or has no row. */
  remove(counter: string): void {
    if (this.#mayHaveRows && isThrottle(counter)) this.#remove.run(counter);
  }

  due(now: number): readonly string[] {
    return this.#mayHaveRows ? this.#due.all(now).map(([counter]) => counter) : [];
  }

  next(): number | null {
    if (!this.#mayHaveRows) return null;
    const wakeAt = this.#next.get()?.[0] ?? null;
    this.#mayHaveRows = wakeAt !== null;
    return wakeAt;
  }

  /** After a rollback. */
  forget(): void {
    this.#mayHaveRows = true;
  }
}
