import type { DatabaseSync } from "node:sqlite";
import type { RunId, StepId } from "@holdfast/protocol";
import type { QueueItem, SessionId } from "../records.ts";
import type { Lease } from "../contract.ts";
import { itemKindOf } from "./codes.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Sessions } from "./sessions.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";

export type ItemRow = readonly [
  runId: RunId,
  key: string,
  kind: number,
  stepId: StepId | null,
  attempt: number,
  generation: number,
  enqueuedAt: number,
  dueAt: number,
];

export function encodeLease(session: SessionId, limit: number, now: number): Command {
  return [CommandKind.lease, session, limit, now];
}

/** The answer has the instant of the next free item, then the values of each item in turn. */
export function decodeLease(answer: Answer): Lease {
  // An array answer of a lease is built below, item row by item row.
  const [nextDueAt, ...values] = answer as readonly [nextDueAt: number | null, ...values: Value[]];
  const items: QueueItem[] = [];
  for (let at = 0; at < values.length; at += ITEM_VALUES) {
    // The same: one slice is one row.
    const row = values.slice(at, at + ITEM_VALUES) as unknown as ItemRow;
    items.push(toQueueItem(row));
  }
  return { items, nextDueAt };
}

const ITEM_VALUES = 8;

/** A queue item from its columns, with the id of its run in front. */
export function toQueueItem(row: ItemRow): QueueItem {
  const [runId, key, kind, stepId, attempt, generation, enqueuedAt, dueAt] = row;
  return { runId, key, kind: itemKindOf(kind), stepId, attempt, generation, enqueuedAt, dueAt };
}

/** Hands out due items. */
export class LeaseAct {
  readonly #sessions: Sessions;
  readonly #due: Statement<readonly [num: number, ...ItemRow]>;
  readonly #hold: Statement;
  readonly #nextDue: Statement<readonly [dueAt: number]>;

  constructor(db: DatabaseSync, sessions: Sessions) {
    this.#sessions = sessions;
    // The order is that of `queue_free`, whose entries end with the primary key: no sorting, and among items due
    // at the same instant the older run goes first.
    this.#due = prepare(
      db,
      `SELECT queue.run, runs.id, key, kind, step_id, attempt, generation, enqueued_at, due_at
       FROM queue INDEXED BY queue_free CROSS JOIN runs ON runs.num = queue.run
       WHERE session IS NULL AND due_at <= ? ORDER BY due_at, queue.run, key LIMIT ?`,
    );
    this.#hold = prepare(db, "UPDATE queue SET session = ?, generation = ? WHERE run = ? AND key = ?");
    this.#nextDue = prepare(
      db,
      "SELECT due_at FROM queue INDEXED BY queue_free WHERE session IS NULL ORDER BY due_at LIMIT 1",
    );
  }

  execute(reader: CommandReader): Answer {
    const session = reader.number();
    const limit = reader.number();
    const now = reader.number();
    this.#sessions.endExpired(now);
    // A session that has ended gets nothing, and no instant to come back at: it would come back in vain.
    if (!this.#sessions.isOpen(session, now)) return [null];
    const values: Value[] = [null];
    for (const [num, runId, key, kind, stepId, attempt, generation, enqueuedAt, dueAt] of this.#due.all(
      now,
      limit,
    )) {
      this.#hold.run(session, generation + 1, num, key);
      values.push(runId, key, kind, stepId, attempt, generation + 1, enqueuedAt, dueAt);
    }
    values[0] = this.#nextDue.get()?.[0] ?? null;
    return values;
  }
}
