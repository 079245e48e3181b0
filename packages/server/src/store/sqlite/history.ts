import type { DatabaseSync } from "node:sqlite";
import type { EventId, FunctionId, RunId } from "@holdfast/protocol";
import type { HistoryStore, PastRun } from "../contract.ts";
import type { StoreAccess } from "./access.ts";
import { withAudit } from "./audited.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

function encodeRemove(runs: readonly RunId[], events: readonly EventId[]): Command {
  return [CommandKind.removeHistory, runs.length, ...runs, events.length, ...events];
}

/** What still needs an event, as a condition on `events`. */
const IS_NEEDED = `EXISTS (SELECT 1 FROM runs WHERE runs.event_id = events.id)
  OR EXISTS (SELECT 1 FROM run_events WHERE run_events.event_id = events.id)
  OR EXISTS (SELECT 1 FROM gathered_events WHERE gathered_events.event_id = events.id)`;

/** Removes what is over. */
export class HistoryActs {
  readonly #db: DatabaseSync;
  readonly #run: Statement<readonly [num: number, endedAt: number | null]>;
  readonly #ofRun: readonly Statement[];
  readonly #isNeeded: Statement<readonly [number]>;
  readonly #ofEvent: readonly Statement[];

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#run = prepare(db, "SELECT num, ended_at FROM runs WHERE id = ?");
    // Its items, waits and signals went when it ended.
    this.#ofRun = [
      "DELETE FROM journal WHERE run = ?",
      "DELETE FROM run_events WHERE run = ?",
      "DELETE FROM runs WHERE num = ?",
    ].map((sql) => prepare(db, sql));
    this.#isNeeded = prepare(db, `SELECT ${IS_NEEDED} FROM events WHERE id = ?`);
    this.#ofEvent = ["DELETE FROM unmatched WHERE event_id = ?", "DELETE FROM events WHERE id = ?"].map(
      (sql) => prepare(db, sql),
    );
  }

  /** 1, or 0 when something is still needed. */
  remove(reader: CommandReader): Answer {
    const runs = reader.list(() => reader.text());
    const events = reader.list(() => reader.text());
    const nums: number[] = [];
    for (const id of runs) {
      const found = this.#run.get(id);
      if (found?.[1] === null) return 0;
      if (found !== undefined) nums.push(found[0]);
    }
    const point = new Savepoint(this.#db);
    for (const num of nums) for (const statement of this.#ofRun) statement.run(num);
    // Only now: an event may have been needed by those runs alone.
    for (const id of events) {
      if (this.#isNeeded.get(id)?.[0] === 1) {
        point.takeBack();
        return 0;
      }
      for (const statement of this.#ofEvent) statement.run(id);
    }
    point.keep();
    return 1;
  }
}

/** A place in the batch's transaction to come back to, so that an act which finds out late leaves its neighbours alone. */
class Savepoint {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec("SAVEPOINT history");
  }

  takeBack(): void {
    this.#db.exec("ROLLBACK TO history; RELEASE history");
  }

  keep(): void {
    this.#db.exec("RELEASE history");
  }
}

type PastRunRow = readonly [num: number, id: string, fn: number, queuedAt: number, endedAt: number | null];
type EventRow = readonly [num: number, id: string, receivedAt: number, isNeeded: number];

/** @param cleared returns once no log of the store has what was removed */
export function createHistoryStore(access: StoreAccess, cleared: () => Promise<void>): HistoryStore {
  const { db, symbols } = access;
  const runsAfter = prepare<PastRunRow>(
    db,
    "SELECT num, id, function, queued_at, ended_at FROM runs WHERE num > ? ORDER BY num LIMIT ?",
  );
  const eventsAfter = prepare<EventRow>(
    db,
    `SELECT num, id, received_at, ${IS_NEEDED} FROM events WHERE num > ? ORDER BY num LIMIT ?`,
  );

  // Ids enter their columns as such.
  const toPastRun = ([, id, fn, queuedAt, endedAt]: PastRunRow): PastRun => ({
    id: id as RunId,
    functionId: symbols.text(fn) as FunctionId,
    queuedAt,
    endedAt,
  });

  return {
    runs: ({ after, limit }) =>
      access.read(() => {
        const rows = runsAfter.all(Number(after ?? -1), limit);
        const last = rows.length === limit ? rows.at(-1) : undefined;
        return { runs: rows.map(toPastRun), next: last === undefined ? null : String(last[0]) };
      }),
    looseEvents: ({ receivedBefore, after, limit }) =>
      access.read(() => {
        const rows = eventsAfter.all(Number(after ?? -1), limit);
        const old = rows.filter(([, , receivedAt]) => receivedAt < receivedBefore);
        const last = rows.length === limit && old.length === rows.length ? rows.at(-1) : undefined;
        return {
          ids: old.filter(([, , , isNeeded]) => isNeeded === 0).map(([, id]) => id as EventId),
          next: last === undefined ? null : String(last[0]),
        };
      }),
    remove: async ({ runs, events, audit }) =>
      (await access.act(() => withAudit(encodeRemove(runs, events), audit))) === 1,
    scrub: cleared,
  };
}
