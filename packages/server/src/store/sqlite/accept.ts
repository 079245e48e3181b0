import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import type { NewRun } from "../records.ts";
import type { AcceptBatch, AcceptResult } from "../contract.ts";
import { isFinalCode, itemKindCode, runStatusCode } from "./codes.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import { IdempotencyKeys } from "./idempotency-keys.ts";
import { encodePending } from "./pending.ts";
import type { Sessions } from "./sessions.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolWriter } from "./symbols.ts";

export function encodeAccept(batch: AcceptBatch): Command {
  const values: Value[] = [batch.session, batch.now, batch.events.length];
  for (const { event, runs } of batch.events) {
    values.push(
      event.id,
      event.environment,
      event.name,
      event.userId,
      event.receivedAt,
      event.ts,
      event.body,
    );
    values.push(runs.length);
    for (const run of runs) encodeNewRun(values, run);
  }
  return [CommandKind.accept, ...values];
}

function encodeNewRun(values: Value[], { run, item, idempotency }: NewRun): void {
  values.push(run.functionId, idempotency?.key ?? null, idempotency?.expiresAt ?? 0);
  values.push(run.id, run.environment, run.functionVersion, run.eventId, runStatusCode(run.status));
  values.push(run.queuedAt, run.startedAt, run.endedAt, run.requestVersion, run.forcePlan ? 1 : 0);
  values.push(encodePending(run.pending), run.stepCount, run.stateBytes, run.revision);
  values.push(item.key, itemKindCode(item.kind), item.stepId, item.attempt, item.generation);
  values.push(item.enqueuedAt, item.dueAt);
}

/** The answer has, for each event, 1 if it was accepted, then for each of its runs 1 if it was opened. */
export function decodeAccept(batch: AcceptBatch, answer: Answer): AcceptResult {
  const flags = Array.isArray(answer) ? answer : [];
  let position = 0;
  return {
    events: batch.events.map(({ runs }) => ({
      outcome: flags[position++] === 1 ? "accepted" : "duplicate",
      opened: runs.map(() => flags[position++] === 1),
    })),
  };
}

/** Stores events and opens their runs. */
export class AcceptAct {
  readonly #symbols: SymbolWriter;
  readonly #sessions: Sessions;
  readonly #keys: IdempotencyKeys;
  readonly #insertEvent: Statement;
  readonly #insertRun: Statement;
  readonly #insertItem: Statement;

  constructor(db: DatabaseSync, symbols: SymbolWriter, sessions: Sessions) {
    this.#symbols = symbols;
    this.#sessions = sessions;
    this.#keys = new IdempotencyKeys(db);
    this.#insertEvent = prepare(
      db,
      `INSERT INTO events (id, environment, name, user_id, received_at, ts, body) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
    );
    this.#insertRun = prepare(
      db,
      `INSERT INTO runs (environment, function, id, function_version, event_id, status, queued_at, started_at,
         ended_at, request_version, force_plan, pending, step_count, state_bytes, revision, journal_length)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
    );
    this.#insertItem = prepare(
      db,
      `INSERT INTO queue (run, key, kind, step_id, attempt, generation, enqueued_at, due_at, session)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  execute(reader: CommandReader): Answer {
    const session = reader.numberOrNull();
    const now = reader.number();
    const holder = session !== null && this.#sessions.isOpen(session, now) ? session : null;
    const flags: number[] = [];
    for (let events = reader.number(); events > 0; events--) {
      const isAccepted = this.#storeEvent(reader);
      flags.push(isAccepted ? 1 : 0);
      for (let runs = reader.number(); runs > 0; runs--) {
        flags.push(this.#openRun(reader, isAccepted, holder, now) ? 1 : 0);
      }
    }
    this.#keys.sweep(now);
    return flags;
  }

  #storeEvent(reader: CommandReader): boolean {
    const { changes } = this.#insertEvent.run(
      reader.text(), // id
      this.#symbols.number(reader.text()), // environment
      reader.text(), // name
      reader.textOrNull(), // user id
      reader.number(), // received at
      reader.number(), // ts
      reader.text(), // body
    );
    return changes === 1;
  }

  /** Reads a run to its end in any case, so that the next one is found; stores it only if `isWanted`. */
  #openRun(reader: CommandReader, isWanted: boolean, holder: number | null, now: number): boolean {
    const fn = reader.text();
    const key = reader.textOrNull();
    const expiresAt = reader.number();
    const run = {
      id: reader.text(),
      environment: reader.text(),
      functionVersion: reader.number(),
      eventId: reader.text(),
      status: reader.number(),
      queuedAt: reader.number(),
      startedAt: reader.numberOrNull(),
      endedAt: reader.numberOrNull(),
      requestVersion: reader.number(),
      forcePlan: reader.number(),
      pending: reader.textOrNull(),
      stepCount: reader.number(),
      stateBytes: reader.number(),
      revision: reader.number(),
    };
    const item = {
      key: reader.text(),
      kind: reader.number(),
      stepId: reader.textOrNull(),
      attempt: reader.number(),
      generation: reader.number(),
      enqueuedAt: reader.number(),
      dueAt: reader.number(),
    };
    if (!isWanted) return false;
    // It comes with a queue item, and an ended run has none: a rule that is checked at the next start.
    if (isFinalCode(run.status)) {
      throw new HoldfastError("store_refused", `Cannot open run "${run.id}": it has ended already.`);
    }
    const functionNum = this.#symbols.number(fn);
    if (key !== null && !this.#keys.claim(functionNum, key, expiresAt, now)) return false;
    const { lastInsertRowid: num } = this.#insertRun.run(
      this.#symbols.number(run.environment),
      functionNum,
      run.id,
      run.functionVersion,
      run.eventId,
      run.status,
      run.queuedAt,
      run.startedAt,
      run.endedAt,
      run.requestVersion,
      run.forcePlan,
      run.pending,
      run.stepCount,
      run.stateBytes,
      run.revision,
    );
    this.#insertItem.run(
      num,
      item.key,
      item.kind,
      item.stepId,
      item.attempt,
      item.generation,
      item.enqueuedAt,
      item.dueAt,
      item.dueAt <= now ? holder : null,
    );
    return true;
  }
}
