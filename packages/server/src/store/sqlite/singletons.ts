import type { DatabaseSync } from "node:sqlite";
import type { Act } from "./act.ts";
import { decodeGates, RunFlag } from "./gates.ts";
import type { QueueItems } from "./queue-items.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

/**
 * The one unfinished run of a function and key that counts (14.8): the latest. That two of them never overlap is not
 * seen to here: each has a run-level gate of one place.
 */
export class Singletons {
  readonly #items: QueueItems;
  readonly #find: Statement<
    readonly [num: number, id: string, gates: string | null, flags: number, queuedAt: number]
  >;
  readonly #put: Statement;
  readonly #remove: Statement;

  constructor(db: DatabaseSync, items: QueueItems) {
    this.#items = items;
    this.#find = prepare(
      db,
      `SELECT runs.num, runs.id, gates, flags, queued_at FROM singletons JOIN runs ON runs.num = singletons.run
       WHERE singletons.function = ? AND key = ?`,
    );
    this.#put = prepare(db, "INSERT OR REPLACE INTO singletons (function, key, run) VALUES (?, ?, ?)");
    this.#remove = prepare(db, "DELETE FROM singletons WHERE function = ? AND key = ? AND run = ?");
  }

  /** The id of the unfinished run, or null. */
  current(fn: number, key: string): string | null {
    return this.#find.get(fn, key)?.[1] ?? null;
  }

  /** Asks for the end of the unfinished run, if there is one, because a newer one comes. One that has not begun never will. */
  supersede(act: Act, fn: number, key: string): void {
    const found = this.#find.get(fn, key);
    if (found === undefined) return;
    const [num, , column, flags, queuedAt] = found;
    if ((flags & RunFlag.begun) === 0) {
      // Only to take it out of its line, for which its place does not matter.
      const place = { score: queuedAt, queuedAt };
      this.#items.finishCalls({ num, fn, ...place, gates: decodeGates(column, fn), flags });
    }
    this.#items.cancel(act, num, null);
  }

  put(fn: number, key: string, run: number): void {
    this.#put.run(fn, key, run);
  }

  /** The run has ended. */
  remove(fn: number, key: string, run: number): void {
    this.#remove.run(fn, key, run);
  }
}
