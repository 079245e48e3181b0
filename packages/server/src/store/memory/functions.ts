import type { FunctionId } from "@holdfast/protocol";
import type { FunctionRecord } from "../records.ts";
import type { Table, Tables } from "./tables.ts";

/** Functions as they are registered, and which of them are paused. */
export class Functions {
  readonly records: Table<FunctionId, FunctionRecord>;
  /** Since when. */
  readonly paused: Table<FunctionId, number>;

  constructor(tables: Tables) {
    this.records = tables.table();
    this.paused = tables.table();
  }

  /**
   * The number that counts for a rule: what is registered last, or null where that has no such rule any more. `max`, as
   * it was when the run was made, counts for a function that was never registered.
   */
  limit(id: FunctionId, rule: string, max: number): number | null {
    const record = this.records.get(id);
    return record === undefined ? max : (record.limits[rule] ?? null);
  }

  pause(id: FunctionId, now: number): boolean {
    if (this.paused.has(id)) return false;
    this.paused.put(id, now);
    return true;
  }

  resume(id: FunctionId): boolean {
    return this.paused.has(id) && this.paused.remove(id);
  }
}
