import type { DatabaseSync } from "node:sqlite";
import type { Rate, RateDecision, Tat } from "#flow-control";
import { gcra } from "#flow-control";
import { SWEEP_ROWS, SWEEP_ROWS_PER_KEY } from "./limits.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

/**
 * How full the buckets of throttles and rate limits are. One that has filled up again is the same as none: such rows are
 * found by a sweep that walks the table in slices, paid for by the acts that use buckets.
 */
export class Buckets {
  readonly #find: Statement<readonly [tatMs: number, tatPart: number]>;
  readonly #put: Statement;
  readonly #sliceEnd: Statement<readonly [counter: string]>;
  readonly #sweepSlice: Statement;
  readonly #sweepRest: Statement;
  /** Where the walk stands: right whatever becomes of the transaction. */
  #cursor = "";
  #rowsDue = 0;

  constructor(db: DatabaseSync) {
    this.#find = prepare(db, "SELECT tat_ms, tat_part FROM buckets WHERE counter = ?");
    this.#put = prepare(db, "INSERT OR REPLACE INTO buckets (counter, tat_ms, tat_part) VALUES (?, ?, ?)");
    this.#sliceEnd = prepare(
      db,
      `SELECT counter FROM buckets WHERE counter > ? ORDER BY counter LIMIT 1 OFFSET ${SWEEP_ROWS - 1}`,
    );
    this.#sweepSlice = prepare(db, "DELETE FROM buckets WHERE counter > ? AND counter <= ? AND tat_ms < ?");
    this.#sweepRest = prepare(db, "DELETE FROM buckets WHERE counter > ? AND tat_ms < ?");
  }

  /** Whether one more may happen now; changes nothing. */
  look(counter: string, now: number, rate: Rate): RateDecision {
    const [atMs, part] = this.#find.get(counter) ?? [null, 0];
    const tat: Tat | null = atMs === null ? null : { atMs, part };
    return gcra(tat, now, rate);
  }

  /** Takes one, if it may happen now. */
  take(counter: string, now: number, rate: Rate): boolean {
    const decision = this.look(counter, now, rate);
    if (!decision.isAllowed) return false;
    this.#put.run(counter, decision.tat.atMs, decision.tat.part);
    this.#rowsDue += SWEEP_ROWS_PER_KEY;
    return true;
  }

  /** Sweeps the next slice if buckets were used often enough since the last one. */
  sweep(now: number): void {
    while (this.#rowsDue >= SWEEP_ROWS) {
      this.#rowsDue -= SWEEP_ROWS;
      const end = this.#sliceEnd.get(this.#cursor)?.[0];
      // A fraction of a millisecond still belongs to the bucket.
      if (end === undefined) this.#sweepRest.run(this.#cursor, now - 1);
      else this.#sweepSlice.run(this.#cursor, end, now - 1);
      this.#cursor = end ?? "";
    }
  }
}
