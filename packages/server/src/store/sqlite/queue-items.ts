import type { DatabaseSync } from "node:sqlite";
import type { QueueItem } from "../records.ts";
import type { Act } from "./act.ts";
import type { Admission } from "./admission.ts";
import { CALL_CODES, isCallCode, ITEM_CANCEL, ITEM_INVOKE, itemKindCode } from "./codes.ts";
import type { CommandReader } from "./commands.ts";
import type { RunTerms } from "./gates.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";

/** An item on its way into the queue, its kind as a code. */
export interface ItemValues {
  readonly key: string;
  readonly kind: number;
  readonly stepId: string | null;
  readonly attempt: number;
  readonly generation: number;
  readonly enqueuedAt: number;
  readonly dueAt: number;
}

export function encodeItem(values: Value[], item: QueueItem): void {
  values.push(item.key, itemKindCode(item.kind), item.stepId, item.attempt, item.generation);
  values.push(item.enqueuedAt, item.dueAt);
}

export function readItem(reader: CommandReader): ItemValues {
  return {
    key: reader.text(),
    kind: reader.number(),
    stepId: reader.textOrNull(),
    attempt: reader.number(),
    generation: reader.number(),
    enqueuedAt: reader.number(),
    dueAt: reader.number(),
  };
}

type GoneRow = readonly [kind: number, admitted: number, parked: string | null];

/** Puts items into the queue and takes them out, and keeps what they count for in step. */
export class QueueItems {
  readonly #admission: Admission;
  readonly #insert: Statement;
  readonly #remove: Statement<GoneRow>;
  readonly #removeAll: Statement<GoneRow>;
  readonly #removeCalls: Statement<GoneRow>;
  readonly #wake: Statement;
  readonly #invokeOf: Statement<readonly [num: number, key: string]>;
  readonly #hasItem: Statement<readonly [one: number]>;

  constructor(db: DatabaseSync, admission: Admission) {
    this.#admission = admission;
    this.#insert = prepare(
      db,
      `INSERT INTO queue (run, key, kind, step_id, attempt, generation, enqueued_at, due_at, session, admitted,
         parked, score, cause)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, key) DO NOTHING`,
    );
    this.#remove = prepare(
      db,
      "DELETE FROM queue WHERE run = ? AND key = ? RETURNING kind, admitted, parked",
    );
    this.#removeAll = prepare(db, "DELETE FROM queue WHERE run = ? RETURNING kind, admitted, parked");
    this.#removeCalls = prepare(
      db,
      `DELETE FROM queue WHERE run = ? AND kind IN (${CALL_CODES}) RETURNING kind, admitted, parked`,
    );
    // What is held, or due anyway, is on its way already.
    this.#wake = prepare(
      db,
      `UPDATE queue SET due_at = ?, cause = ?
       WHERE run = ? AND key = ? AND session IS NULL AND due_at > ?`,
    );
    this.#invokeOf = prepare(
      db,
      `SELECT run, key FROM queue JOIN runs ON runs.num = queue.run
       WHERE runs.id = ? AND step_id = ? AND kind = ?`,
    );
    this.#hasItem = prepare(db, "SELECT 1 FROM queue WHERE run = ? LIMIT 1");
  }

  /** Admits an item that is due and asks for a call, or names the line it waits in; null for any other. */
  admit(act: Act, terms: RunTerms, item: ItemValues): string | null {
    if (item.dueAt > act.now || !isCallCode(item.kind)) return null;
    return this.#admission.admit(terms, item.key, act.now);
  }

  /** Stores an item that was admitted, or is to wait in `line`. `true`: the act's session holds it. */
  insert(act: Act, terms: RunTerms, item: ItemValues, line: string | null): boolean {
    if (this.#store(act, terms, item, line)) return this.#entered(act, item, line);
    throw new TypeError(`Run ${terms.num} has an item ${item.key} already.`);
  }

  /** Admits and stores an item, in place of the one of the same key if there is one. `true`: the session holds it. */
  put(act: Act, terms: RunTerms, item: ItemValues): boolean {
    let line = this.admit(act, terms, item);
    if (!this.#store(act, terms, item, line)) {
      this.finish(terms, item.key);
      // What made way may have held the very place.
      if (line !== null) line = this.admit(act, terms, item);
      this.#store(act, terms, item, line);
    }
    return this.#entered(act, item, line);
  }

  /** Takes an item out. Its kind, or null when it was not there. */
  finish(terms: RunTerms, key: string): number | null {
    const row = this.#remove.get(terms.num, key);
    if (row === undefined) return null;
    this.#gone(terms, row);
    return row[0];
  }

  /** Takes every item out. */
  finishAll(terms: RunTerms): void {
    for (const row of this.#removeAll.all(terms.num)) this.#gone(terms, row);
  }

  /** Takes out every call that nobody makes. */
  finishCalls(terms: RunTerms): void {
    for (const row of this.#removeCalls.all(terms.num)) this.#gone(terms, row);
  }

  /** Makes an item due now. `false`: it is not there, held, or due already. */
  wake(act: Act, run: number, key: string, cause: string): boolean {
    if (this.#wake.run(act.now, cause, run, key, act.now).changes === 0) return false;
    act.noteWork(act.now);
    return true;
  }

  /** Wakes the invoke that a step of a run waits in. */
  wakeInvoke(act: Act, runId: string, stepId: string, cause: string): { run: number; key: string } | null {
    const found = this.#invokeOf.get(runId, stepId, ITEM_INVOKE);
    if (found === undefined) return null;
    const [run, key] = found;
    return this.wake(act, run, key, cause) ? { run, key } : null;
  }

  /** Asks for the end of a run, once. */
  cancel(act: Act, run: number, cause: string | null): void {
    const { now } = act;
    const values = [run, "cancel", ITEM_CANCEL, null, 0, 0, now, now, null, 0, null, null, cause];
    if (this.#insert.run(...values).changes > 0) act.noteWork(now);
  }

  hasAny(run: number): boolean {
    return this.#hasItem.get(run) !== undefined;
  }

  #store(act: Act, terms: RunTerms, item: ItemValues, line: string | null): boolean {
    const isDue = item.dueAt <= act.now;
    const { changes } = this.#insert.run(
      terms.num,
      item.key,
      item.kind,
      item.stepId,
      item.attempt,
      item.generation,
      item.enqueuedAt,
      item.dueAt,
      isDue && line === null ? act.holder : null,
      isDue && line === null && isCallCode(item.kind) ? 1 : 0,
      line,
      line === null ? null : terms.score,
      null,
    );
    return changes > 0;
  }

  #entered(act: Act, item: ItemValues, line: string | null): boolean {
    if (line !== null) {
      this.#admission.park(line);
      return false;
    }
    if (item.dueAt <= act.now && act.holder !== null) return true;
    act.noteWork(item.dueAt);
    return false;
  }

  #gone(terms: RunTerms, [, admitted, parked]: GoneRow): void {
    if (admitted === 1) this.#admission.release(terms);
    else if (parked !== null) this.#admission.unpark(parked);
  }
}
