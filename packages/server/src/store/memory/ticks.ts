import type { FunctionId } from "@holdfast/protocol";
import type { Tick } from "../contract.ts";
import { by } from "./order.ts";
import type { Table, Tables } from "./tables.ts";

/** The next occurrence of each cron trigger. */
export class Ticks {
  readonly #ticks: Table<string, Tick>;

  constructor(tables: Tables) {
    this.#ticks = tables.table();
  }

  /** All of them, the longest due first. */
  byDueAt(): readonly Tick[] {
    return this.#ticks.rows().toSorted(
      by(
        ({ dueAt }) => dueAt,
        ({ functionId }) => functionId,
        ({ cron }) => cron,
      ),
    );
  }

  /** Puts the next tick in place of one that fires. `false`: it fired already, or its chain ended. */
  move(tick: Tick, next: Tick | null): boolean {
    const name = nameOf(tick);
    if (this.#ticks.get(name)?.scheduledAt !== tick.scheduledAt) return false;
    if (next === null) this.#ticks.remove(name);
    else this.#ticks.put(name, { ...tick, scheduledAt: next.scheduledAt, dueAt: next.dueAt });
    return true;
  }

  /** Puts ticks in place of those of the functions: a chain that goes on keeps its next instant. */
  replace(functions: ReadonlySet<FunctionId>, ticks: readonly Tick[]): void {
    const before = new Map(this.#ticks.entries());
    for (const id of functions) this.end(id);
    for (const tick of ticks) {
      const old = before.get(nameOf(tick));
      this.#ticks.put(nameOf(tick), old === undefined || old.scheduledAt === tick.scheduledAt ? tick : old);
    }
  }

  end(id: FunctionId): void {
    for (const [name, { functionId }] of this.#ticks.entries()) {
      if (functionId === id) this.#ticks.remove(name);
    }
  }
}

function nameOf({ functionId, cron }: Tick): string {
  return `${functionId} ${cron}`;
}
