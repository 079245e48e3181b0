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

type GoneRow = readonly [line: string | null];

/** Puts items into the queue and takes them out, and keeps what they count for in step. */
export class QueueItems {
  readonly #admission: Admission;
  readonly #insert: Statement;
  readonly #insertParked: Statement;
  readonly #insertCancel: Statement;
  readonly #remove: Statement;
  readonly #removeAll: Statement;
  readonly #removeCalls: Statement;
  readonly #lineOf: Statement<GoneRow>;
  readonly #linesOf: Statement<GoneRow>;
  readonly #wake: Statement;
  readonly #invokeOf: Statement<readonly [num: number, key: string]>;
  readonly #hasItem: Statement<readonly [one: number]>;

  constructor(db: DatabaseSync, admission: Admission) {
    this.#admission = admission;
    const columns = "run, key, kind, step_id, attempt, generation, enqueued_at, due_at";
    const unless = "ON CONFLICT (run, key) DO NOTHING";
    this.#insert = prepare(
      db,
      `INSERT INTO queue (${columns}, session, admitted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${unless}`,
    );
    this.#insertParked = prepare(
      db,
      `INSERT INTO queue (${columns}, parked, score) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${unless}`,
    );
    this.#insertCancel = prepare(
      db,
      `INSERT INTO queue (${columns}, cause) VALUES (?, 'cancel', ${ITEM_CANCEL}, NULL, 0, 0, ?, ?, ?) ${unless}`,
    );
    this.#remove = prepare(db, "DELETE FROM queue WHERE run = ? AND key = ?");
    this.#removeAll = prepare(db, "DELETE FROM queue WHERE run = ?");
    this.#removeCalls = prepare(db, `DELETE FROM queue WHERE run = ? AND kind IN (${CALL_CODES})`);
    this.#lineOf = prepare(db, "SELECT parked FROM queue WHERE run = ? AND key = ? AND parked IS NOT NULL");
    this.#linesOf = prepare(db, "SELECT parked FROM queue WHERE run = ? AND parked IS NOT NULL");
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
    return this.#admission.admit(act, terms, item.key);
  }

  /** Stores the first item of a run, which was admitted or is to wait in `line`. `true`: the session holds it. */
  insert(act: Act, terms: RunTerms, item: ItemValues, line: string | null): boolean {
    this.#store(act, terms, item, line);
    return this.#entered(act, terms, item, line);
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
    return this.#entered(act, terms, item, line);
  }

  /** Takes an item out, if it is there. */
  finish(terms: RunTerms, key: string): void {
    const { tally } = this.#admission;
    if (tally.dismiss(terms.num, key)) this.#admission.release(terms);
    else if (tally.isWaiting(terms.fn)) this.#leaveLines(this.#lineOf.get(terms.num, key));
    this.#remove.run(terms.num, key);
  }

  /** Takes every item out. */
  finishAll(terms: RunTerms): void {
    this.#dismissAll(terms);
    this.#removeAll.run(terms.num);
  }

  /** Takes every call out. */
  finishCalls(terms: RunTerms): void {
    this.#dismissAll(terms);
    this.#removeCalls.run(terms.num);
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
    if (this.#insertCancel.run(run, act.now, act.now, cause).changes > 0) act.noteWork(act.now);
  }

  hasAny(run: number): boolean {
    return this.#hasItem.get(run) !== undefined;
  }

  #store(act: Act, { num, score }: RunTerms, item: ItemValues, line: string | null): boolean {
    const { key, kind, stepId, attempt, generation, enqueuedAt, dueAt } = item;
    const statement = line === null ? this.#insert : this.#insertParked;
    const isDue = dueAt <= act.now;
    return (
      statement.run(
        num,
        key,
        kind,
        stepId,
        attempt,
        generation,
        enqueuedAt,
        dueAt,
        line ?? (isDue ? act.holder : null),
        line === null ? (isDue && isCallCode(kind) ? 1 : 0) : score,
      ).changes > 0
    );
  }

  /** Keeps what is counted in step with an item that was stored. */
  #entered(act: Act, terms: RunTerms, item: ItemValues, line: string | null): boolean {
    if (line !== null) {
      this.#admission.park(line);
      return false;
    }
    const isDue = item.dueAt <= act.now;
    if (isDue && isCallCode(item.kind)) this.#admission.tally.admit(terms.num, item.key);
    if (isDue && act.holder !== null) return true;
    act.noteWork(item.dueAt);
    return false;
  }

  #dismissAll(terms: RunTerms): void {
    const { tally } = this.#admission;
    for (let left = tally.dismissAll(terms.num); left > 0; left--) this.#admission.release(terms);
    if (tally.isWaiting(terms.fn)) for (const row of this.#linesOf.all(terms.num)) this.#leaveLines(row);
  }

  #leaveLines(row: GoneRow | undefined): void {
    const line = row?.[0] ?? null;
    if (line !== null) this.#admission.unpark(line);
  }
}
