import type { Rate, Tat } from "#flow-control";
import { gcra } from "#flow-control";
import type { Table, Tables } from "./tables.ts";

/** How full the buckets of throttles and rate limits are. One that was never used is missing. */
export class Rates {
  readonly #buckets: Table<string, Tat>;

  constructor(tables: Tables) {
    this.#buckets = tables.table();
  }

  /** When one more may happen: `now`, or later. Changes nothing. */
  allowedAt(bucket: string, now: number, rate: Rate): number {
    const decision = gcra(this.#buckets.get(bucket) ?? null, now, rate);
    return decision.isAllowed ? now : decision.allowedAt;
  }

  /** Takes one, if it may happen now. */
  take(bucket: string, now: number, rate: Rate): boolean {
    const decision = gcra(this.#buckets.get(bucket) ?? null, now, rate);
    if (decision.isAllowed) this.#buckets.put(bucket, decision.tat);
    return decision.isAllowed;
  }
}
