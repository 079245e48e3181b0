import type { DatabaseSync } from "node:sqlite";
import type { FunctionId, RunId, StepId } from "@holdfast/protocol";
import type { QueueItem, SessionId } from "../records.ts";
import type { Lease, LeasedItem } from "../contract.ts";
import { Act } from "./act.ts";
import type { Admission } from "./admission.ts";
import { toCause } from "./causes.ts";
import { isCallCode, itemKindOf } from "./codes.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { RunTerms } from "./gates.ts";
import { decodeGates } from "./gates.ts";
import { LEASE_LOOKS_MAX_COUNT, MATCHES_MAX_COUNT, WAKES_PER_LEASE_MAX_COUNT } from "./limits.ts";
import type { Sessions } from "./sessions.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolReader } from "./symbols.ts";
import type { Waits } from "./waits.ts";

export type ItemRow = readonly [
  runId: RunId,
  key: string,
  kind: number,
  stepId: StepId | null,
  attempt: number,
  generation: number,
  enqueuedAt: number,
  dueAt: number,
  cause: string | null,
];

export function encodeLease(session: SessionId, limit: number, now: number): Command {
  return [CommandKind.lease, session, limit, now];
}

/** The answer has the instant of the next free item, then the values of each item in turn, its function in front. */
export function decodeLease(answer: Answer, symbols: SymbolReader): Lease {
  // An array answer of a lease is built below, item row by item row.
  const [nextDueAt, ...values] = answer as readonly [nextDueAt: number | null, ...values: Value[]];
  const items: LeasedItem[] = [];
  for (let at = 0; at < values.length; at += ITEM_VALUES + 1) {
    // The same: one slice is one row.
    const row = values.slice(at + 1, at + 1 + ITEM_VALUES) as unknown as ItemRow;
    // Function ids enter `symbols` as such, through `accept`.
    const functionId = symbols.text(Number(values[at])) as FunctionId;
    items.push({ item: toQueueItem(row), functionId });
  }
  return { items, nextDueAt };
}

const ITEM_VALUES = 9;

/** A queue item from its columns, with the id of its run in front; more columns may follow. */
export function toQueueItem(row: readonly [...ItemRow, ...Value[]]): QueueItem {
  const [runId, key, kind, stepId, attempt, generation, enqueuedAt, dueAt, cause] = row;
  return {
    runId,
    key,
    kind: itemKindOf(kind),
    stepId,
    attempt,
    generation,
    enqueuedAt,
    dueAt,
    cause: toCause(cause),
  };
}

/** Where a due row has the number of its function. */
const FUNCTION_AT = 11;

type DueRow = readonly [
  ...ItemRow,
  num: number,
  admitted: number,
  fn: number,
  queuedAt: number,
  priorityMs: number,
  gates: string | null,
  flags: number,
];

/**
 * Hands out due items. It is also where work goes on that other acts left for later: events with many waits, throttled
 * starts, lines that may move.
 */
export class LeaseAct {
  readonly #sessions: Sessions;
  readonly #admission: Admission;
  readonly #waits: Waits;
  readonly #due: Statement<DueRow>;
  readonly #hold: Statement;
  readonly #park: Statement;
  readonly #flags: Statement<readonly [flags: number]>;
  readonly #nextDue: Statement<readonly [dueAt: number]>;

  constructor(db: DatabaseSync, sessions: Sessions, admission: Admission, waits: Waits) {
    this.#sessions = sessions;
    this.#admission = admission;
    this.#waits = waits;
    // The order is that of `queue_free`, whose entries end with the primary key: no sorting, and among items due
    // at the same instant the older run goes first.
    this.#due = prepare(
      db,
      `SELECT runs.id, key, kind, step_id, attempt, generation, enqueued_at, due_at, cause,
         queue.run, admitted, function, runs.queued_at, priority_ms, gates, flags
       FROM queue INDEXED BY queue_free CROSS JOIN runs ON runs.num = queue.run
       WHERE session IS NULL AND parked IS NULL AND due_at <= ? ORDER BY due_at, queue.run, key LIMIT ?`,
    );
    this.#hold = prepare(
      db,
      "UPDATE queue SET session = ?, generation = ?, admitted = ? WHERE run = ? AND key = ?",
    );
    this.#park = prepare(
      db,
      "UPDATE queue SET admitted = 0, parked = ?, score = ? WHERE run = ? AND key = ?",
    );
    this.#flags = prepare(db, "SELECT flags FROM runs WHERE num = ?");
    this.#nextDue = prepare(
      db,
      `SELECT due_at FROM queue INDEXED BY queue_free WHERE session IS NULL AND parked IS NULL
       ORDER BY due_at LIMIT 1`,
    );
  }

  execute(reader: CommandReader): Answer {
    const session = reader.number();
    const limit = reader.number();
    const now = reader.number();
    this.#sessions.endExpired(now);
    // A session that has ended gets nothing, and no instant to come back at: it would come back in vain.
    if (!this.#sessions.isOpen(session, now)) return [null];
    const act = new Act(now, session, MATCHES_MAX_COUNT);
    this.#waits.continue(act);
    this.#admission.stirThrottles(now);
    this.#admission.wake(act, WAKES_PER_LEASE_MAX_COUNT);
    const values: Value[] = [null];
    this.#handOut(act, session, limit, values);
    values[0] = this.#nextDueAt(now);
    return values;
  }

  #handOut(act: Act, session: number, limit: number, values: Value[]): void {
    let left = limit;
    let looksLeft = LEASE_LOOKS_MAX_COUNT;
    while (left > 0 && looksLeft > 0) {
      const rows = this.#due.all(act.now, Math.min(left, looksLeft));
      if (rows.length === 0) return;
      for (const row of rows) {
        if (this.#take(act, session, row)) {
          const [runId, key, kind, stepId, attempt, generation, enqueuedAt, dueAt, cause] = row;
          values.push(
            row[FUNCTION_AT],
            runId,
            key,
            kind,
            stepId,
            attempt,
            generation + 1,
            enqueuedAt,
            dueAt,
            cause,
          );
          left -= 1;
        } else looksLeft -= 1;
      }
    }
  }

  /** Hands out one item, or parks it where a gate has no room for it. */
  #take(act: Act, session: number, row: DueRow): boolean {
    const [, key, kind, , , generation, , , , num, admitted, fn, queuedAt, priorityMs, gates, flags] = row;
    const isCall = isCallCode(kind);
    const isPaused = isCall && this.#admission.functions.of(fn).isPaused;
    if (isCall && (admitted === 0 || isPaused)) {
      const score = queuedAt - priorityMs;
      // Another item of the same run may have begun it a moment ago.
      const flagsNow = gates === null ? flags : (this.#flags.get(num)?.[0] ?? flags);
      const terms: RunTerms = { num, fn, score, queuedAt, gates: decodeGates(gates, fn), flags: flagsNow };
      if (this.#admission.tally.dismiss(num, key)) this.#admission.withdraw(terms, key);
      const line = this.#admission.admit(act, terms, key);
      if (terms.flags !== flagsNow) this.#admission.saveFlags(terms);
      if (line !== null) {
        this.#park.run(line, score, num, key);
        this.#admission.park(line);
        return false;
      }
      this.#admission.tally.admit(num, key);
    } else if (isCall && gates !== null) this.#admission.noteCalled(num, this.#flags.get(num)?.[0] ?? flags);
    this.#hold.run(session, generation + 1, isCall ? 1 : 0, num, key);
    return true;
  }

  /** When to come back: at once where something is left, else for the next free item or throttled start. */
  #nextDueAt(now: number): number | null {
    if (this.#admission.isStirred || this.#waits.hasUnmatched) return now;
    const dueAt = this.#nextDue.get()?.[0] ?? null;
    const wakeAt = this.#admission.nextWakeAt();
    if (dueAt === null || wakeAt === null) return dueAt ?? wakeAt;
    return Math.min(dueAt, wakeAt);
  }
}
