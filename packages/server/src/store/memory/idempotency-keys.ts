import type { RunId } from "@holdfast/protocol";
import type { NewRun } from "../records.ts";
import type { Table, Tables } from "./tables.ts";

/** Keys that guard against a second run of a function for the same cause, until they expire. */
export class IdempotencyKeys {
  readonly #keys: Table<string, { readonly runId: RunId; readonly expiresAt: number }>;

  constructor(tables: Tables) {
    this.#keys = tables.table();
  }

  /** The run that has the key of a new one, or null. */
  holder(newRun: NewRun, now: number): RunId | null {
    const key = nameOf(newRun);
    const taken = key === null ? undefined : this.#keys.get(key);
    return taken === undefined || taken.expiresAt <= now ? null : taken.runId;
  }

  take(newRun: NewRun): void {
    const key = nameOf(newRun);
    const { idempotency, run } = newRun;
    if (key === null || idempotency === null) return;
    this.#keys.put(key, { runId: run.id, expiresAt: idempotency.expiresAt });
  }
}

function nameOf({ run, idempotency }: NewRun): string | null {
  return idempotency === null ? null : `${run.functionId} ${idempotency.key}`;
}
