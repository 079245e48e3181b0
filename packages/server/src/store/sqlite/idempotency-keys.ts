import type { DatabaseSync } from "node:sqlite";
import { SWEEP_ROWS, SWEEP_ROWS_PER_KEY } from "./limits.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

/**
 * Keys that guard against a second run for the same cause. An expired key gives way when it is claimed again;
 * the others are found by a sweep that walks the table in slices, paid for by the acts that add keys. So there is
 * neither a timer nor an index by expiry, which every new run would have to maintain.
 */
export class IdempotencyKeys {
  readonly #claim: Statement;
  readonly #holder: Statement<readonly [run: string | null]>;
  readonly #release: Statement;
  readonly #sliceEnd: Statement<readonly [fn: number, key: string]>;
  readonly #sweepSlice: Statement;
  readonly #sweepRest: Statement;
  /** Where the walk stands. Only a place to go on from: it is right whatever becomes of the transaction. */
  #cursor: readonly [fn: number, key: string] = [0, ""];
  #rowsDue = 0;

  constructor(db: DatabaseSync) {
    this.#claim = prepare(
      db,
      `INSERT INTO idempotency_keys (function, key, expires_at, run) VALUES (?, ?, ?, ?)
       ON CONFLICT (function, key) DO UPDATE SET expires_at = excluded.expires_at, run = excluded.run
       WHERE idempotency_keys.expires_at <= ?`,
    );
    this.#holder = prepare(db, "SELECT run FROM idempotency_keys WHERE function = ? AND key = ?");
    this.#release = prepare(db, "DELETE FROM idempotency_keys WHERE function = ? AND key = ?");
    this.#sliceEnd = prepare(
      db,
      `SELECT function, key FROM idempotency_keys WHERE (function, key) > (?, ?)
       ORDER BY function, key LIMIT 1 OFFSET ${SWEEP_ROWS - 1}`,
    );
    this.#sweepSlice = prepare(
      db,
      `DELETE FROM idempotency_keys
       WHERE (function, key) > (?, ?) AND (function, key) <= (?, ?) AND expires_at <= ?`,
    );
    this.#sweepRest = prepare(
      db,
      "DELETE FROM idempotency_keys WHERE (function, key) > (?, ?) AND expires_at <= ?",
    );
  }

  /** Takes a key for a run until it expires. `false`: it is taken already and live at `now`. */
  claim(fn: number, key: string, expiresAt: number, run: string, now: number): boolean {
    if (this.#claim.run(fn, key, expiresAt, run, now).changes === 0) return false;
    this.#rowsDue += SWEEP_ROWS_PER_KEY;
    return true;
  }

  /** The run that a key was taken for; null where that was before runs were noted. */
  holder(fn: number, key: string): string | null {
    return this.#holder.get(fn, key)?.[0] ?? null;
  }

  /** Gives a key back that was just taken: its run is not opened after all. */
  release(fn: number, key: string): void {
    this.#release.run(fn, key);
  }

  /** Sweeps the next slice if enough keys were added since the last one. */
  sweep(now: number): void {
    while (this.#rowsDue >= SWEEP_ROWS) {
      this.#rowsDue -= SWEEP_ROWS;
      const end = this.#sliceEnd.get(...this.#cursor);
      if (end === undefined) this.#sweepRest.run(...this.#cursor, now);
      else this.#sweepSlice.run(...this.#cursor, ...end, now);
      this.#cursor = end ?? [0, ""];
    }
  }
}
