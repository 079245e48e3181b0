import type { EnvironmentName, RunId } from "@holdfast/protocol";
import type { NewSignal, RunStore } from "../contract.ts";
import { Act } from "./act.ts";
import type { QueueItems } from "./queue-items.ts";
import type { RunRecord } from "../records.ts";
import type { Table, Tables } from "./tables.ts";

interface Waiting {
  readonly runId: RunId;
  readonly key: string;
}

/** Names that runs want to be woken by: one run for each name. */
export class Signals {
  readonly #waiting: Table<string, Waiting>;
  readonly #items: QueueItems;

  constructor(tables: Tables, items: QueueItems) {
    this.#waiting = tables.table();
    this.#items = items;
  }

  /** Whether another run waits for the signal and this one may not take it over. */
  isTaken(run: RunRecord, { name, conflict }: NewSignal): boolean {
    const other = this.#waiting.get(nameOf(run.environment, name));
    return conflict === "fail" && other !== undefined && other.runId !== run.id;
  }

  put({ environment, id: runId }: RunRecord, { name, key }: NewSignal): void {
    this.#waiting.put(nameOf(environment, name), { runId, key });
  }

  /** The run that a signal woke, or null. */
  bring({ environment, name, memo, now }: Parameters<RunStore["signal"]>[0]): RunId | null {
    const waiting = this.#waiting.get(nameOf(environment, name));
    if (waiting === undefined) return null;
    const { runId, key } = waiting;
    // An item that is due already is timing out: nobody waits any more.
    if (!this.#items.wake(new Act(now, null), runId, key, { kind: "memo", memo })) return null;
    this.#waiting.remove(nameOf(environment, name));
    return runId;
  }

  drop(id: RunId, key: string): void {
    for (const [name, waiting] of this.#waiting.entries()) {
      if (waiting.runId === id && waiting.key === key) this.#waiting.remove(name);
    }
  }

  dropAll(id: RunId): void {
    for (const [name, { runId }] of this.#waiting.entries()) if (runId === id) this.#waiting.remove(name);
  }
}

function nameOf(environment: EnvironmentName, name: string): string {
  return `${environment} ${name}`;
}
