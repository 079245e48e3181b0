import type { FunctionId, RunId } from "@holdfast/protocol";
import type { Act } from "./act.ts";
import type { Queue } from "./queue.ts";
import type { QueueItems } from "./queue-items.ts";
import type { Runs, StoredRun } from "./runs.ts";
import type { Table, Tables } from "./tables.ts";

/** The one unfinished run of a function and key that counts (14.8): the latest. */
export class Singletons {
  readonly #current: Table<string, RunId>;
  readonly #runs: Runs;
  readonly #items: QueueItems;
  readonly #queue: Queue;

  constructor(
    tables: Tables,
    rooms: { readonly runs: Runs; readonly items: QueueItems; readonly queue: Queue },
  ) {
    this.#current = tables.table();
    this.#runs = rooms.runs;
    this.#items = rooms.items;
    this.#queue = rooms.queue;
  }

  current(fn: FunctionId, key: string): RunId | null {
    return this.#current.get(nameOf(fn, key)) ?? null;
  }

  put(fn: FunctionId, key: string, run: RunId): void {
    this.#current.put(nameOf(fn, key), run);
  }

  /** Asks for the end of a run because a newer one comes. One that has not begun never will. */
  supersede(act: Act, id: RunId): void {
    if (this.#runs.get(id)?.hasBegun === false) this.#queue.clear(id, "calls");
    this.#items.cancel(act, id, null);
  }

  /** The run has ended. */
  leave({ record, singletonKey }: StoredRun): void {
    if (singletonKey === null || this.current(record.functionId, singletonKey) !== record.id) return;
    this.#current.remove(nameOf(record.functionId, singletonKey));
  }
}

function nameOf(fn: FunctionId, key: string): string {
  return `${fn} ${key}`;
}
