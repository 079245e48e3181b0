import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import type { Advance, AdvanceResult } from "../contract.ts";
import { isFinalCode, itemKindCode, journalKindCode, runStatusCode } from "./codes.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import { encodePending } from "./pending.ts";
import type { Sessions } from "./sessions.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";

/** Answers by their number. */
const RESULTS: readonly AdvanceResult[] = ["committed", "conflict", "unknown"];
const COMMITTED = 0;
const CONFLICT = 1;
const UNKNOWN = 2;

export function encodeAdvance(advance: Advance): Command {
  const { run, journal, finish, enqueue } = advance;
  const values: Value[] = [advance.runId, advance.expectedRevision, advance.session, advance.now];
  values.push(runStatusCode(run.status), run.functionVersion, run.queuedAt, run.startedAt, run.endedAt);
  values.push(run.requestVersion, run.forcePlan ? 1 : 0, encodePending(run.pending));
  values.push(run.stepCount, run.stateBytes, journal.length);
  for (const entry of journal) {
    values.push(entry.seq, journalKindCode(entry.kind), entry.at, entry.stepId, entry.name, entry.op);
    values.push(entry.attempt, entry.queuedAt, entry.startedAt, entry.data);
  }
  values.push(finish.length, ...finish, enqueue.length);
  for (const item of enqueue) {
    values.push(item.key, itemKindCode(item.kind), item.stepId, item.attempt, item.generation);
    values.push(item.enqueuedAt, item.dueAt);
  }
  return [CommandKind.advance, ...values];
}

export function decodeAdvance(answer: Answer): AdvanceResult {
  const result = typeof answer === "number" ? RESULTS[answer] : undefined;
  if (result === undefined) throw new TypeError(`An advance was answered with ${String(answer)}.`);
  return result;
}

/**
 * Applies one step forward of a run. What a run is (id, environment, function, event) was settled when it was
 * opened and is not written again.
 *
 * Two rules hold for every file and are checked at its next start, so they are enforced here: an ended run stays
 * ended, and a run that has not ended has at least one queue item, because nothing else would ever wake it.
 */
export class AdvanceAct {
  readonly #sessions: Sessions;
  readonly #find: Statement<readonly [num: number, revision: number, status: number, journalLength: number]>;
  readonly #update: Statement;
  readonly #updateStatus: Statement;
  readonly #append: Statement;
  readonly #finish: Statement;
  readonly #enqueue: Statement;
  readonly #drop: Statement;
  readonly #hasItem: Statement<readonly [one: number]>;

  constructor(db: DatabaseSync, sessions: Sessions) {
    this.#sessions = sessions;
    this.#find = prepare(db, "SELECT num, revision, status, journal_length FROM runs WHERE id = ?");
    // Two updates, because naming `status` makes SQLite rewrite the run's entry in `runs_by_status`, changed or
    // not; most steps forward leave the status as it is.
    const columns = `function_version = ?, queued_at = ?, started_at = ?, ended_at = ?, request_version = ?,
       force_plan = ?, pending = ?, step_count = ?, state_bytes = ?, revision = ?, journal_length = ?`;
    this.#update = prepare(db, `UPDATE runs SET ${columns} WHERE num = ?`);
    this.#updateStatus = prepare(db, `UPDATE runs SET ${columns}, status = ? WHERE num = ?`);
    this.#append = prepare(
      db,
      `INSERT INTO journal (run, seq, kind, at, step_id, name, op, attempt, queued_at, started_at, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#finish = prepare(db, "DELETE FROM queue WHERE run = ? AND key = ?");
    this.#enqueue = prepare(
      db,
      `INSERT OR REPLACE INTO queue (run, key, kind, step_id, attempt, generation, enqueued_at, due_at, session)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#drop = prepare(db, "DELETE FROM queue WHERE run = ?");
    this.#hasItem = prepare(db, "SELECT 1 FROM queue WHERE run = ? LIMIT 1");
  }

  execute(reader: CommandReader): Answer {
    const id = reader.text();
    const expectedRevision = reader.number();
    const found = this.#find.get(id);
    if (found === undefined) return UNKNOWN;
    const [num, revision, statusBefore, journalLength] = found;
    if (revision !== expectedRevision) return CONFLICT;

    const session = reader.numberOrNull();
    const now = reader.number();
    const holder = session !== null && this.#sessions.isOpen(session, now) ? session : null;
    const status = reader.number();
    if (isFinalCode(statusBefore) && !isFinalCode(status)) {
      throw new HoldfastError(
        "store_refused",
        `Cannot advance run "${id}": it has ended and must stay ended.`,
      );
    }
    const state: Value[] = [
      reader.number(), // function version
      reader.number(), // queued at
      reader.numberOrNull(), // started at
      reader.numberOrNull(), // ended at
      reader.number(), // request version
      reader.number(), // force plan
      reader.textOrNull(), // pending
      reader.number(), // step count
      reader.number(), // state bytes
    ];
    const entries = reader.number();
    state.push(revision + 1, journalLength + entries);
    if (status === statusBefore) this.#update.run(...state, num);
    else this.#updateStatus.run(...state, status, num);

    for (let entry = 1; entry <= entries; entry++) this.#appendEntry(reader, id, num, journalLength + entry);
    if (isFinalCode(status)) {
      this.#drop.run(num);
      return COMMITTED;
    }
    this.#requeue(reader, id, num, holder, now);
    return COMMITTED;
  }

  #appendEntry(reader: CommandReader, id: string, num: number, expectedSeq: number): void {
    const seq = reader.number();
    if (seq !== expectedSeq) {
      throw new HoldfastError(
        "store_refused",
        `Cannot append entry ${seq} to the journal of run "${id}": the next one is ${expectedSeq}.`,
      );
    }
    this.#append.run(
      num,
      seq,
      reader.number(), // kind
      reader.number(), // at
      reader.textOrNull(), // step id
      reader.textOrNull(), // name
      reader.textOrNull(), // op
      reader.number(), // attempt
      reader.numberOrNull(), // queued at
      reader.numberOrNull(), // started at
      reader.textOrNull(), // data
    );
  }

  #requeue(reader: CommandReader, id: string, num: number, holder: number | null, now: number): void {
    const finished = reader.number();
    for (let left = finished; left > 0; left--) this.#finish.run(num, reader.text());
    const enqueued = reader.number();
    for (let left = enqueued; left > 0; left--) {
      const key = reader.text();
      const kind = reader.number();
      const stepId = reader.textOrNull();
      const attempt = reader.number();
      const generation = reader.number();
      const enqueuedAt = reader.number();
      const dueAt = reader.number();
      const session = dueAt <= now ? holder : null;
      this.#enqueue.run(num, key, kind, stepId, attempt, generation, enqueuedAt, dueAt, session);
    }
    if (finished > 0 && enqueued === 0 && this.#hasItem.get(num) === undefined) {
      throw new HoldfastError(
        "store_refused",
        `Cannot advance run "${id}": it would go on without a queue item, and nothing would ever wake it.`,
      );
    }
  }
}
