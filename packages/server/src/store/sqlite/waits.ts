import type { DatabaseSync } from "node:sqlite";
import { createFilterCache, equalityKey, valueAt } from "#expressions";
import type { NewWait } from "../records.ts";
import type { Act } from "./act.ts";
import { eventCause } from "./causes.ts";
import type { CommandReader } from "./commands.ts";
import { RunFlag } from "./gates.ts";
import { FILTERS_MAX_COUNT } from "./limits.ts";
import { LookBack } from "./look-back.ts";
import type { QueueItems } from "./queue-items.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { WaitName } from "./wait-names.ts";
import { matchOf, WaitNames } from "./wait-names.ts";

/** No bound on the number of a wait: all that are there. */
const ANY = Number.MAX_SAFE_INTEGER;

const RESUME = 0;
const CANCEL = 1;

interface WaitValues {
  readonly effect: number;
  readonly key: string;
  readonly eventName: string;
  readonly source: string | null;
  readonly captured: string | null;
  readonly path: string | null;
  readonly value: string | null;
  readonly expiresAt: number;
  readonly lookBackFrom: number | null;
}

export function encodeWait(values: Value[], wait: NewWait): void {
  const { filter } = wait;
  const equality = filter?.equality ?? null;
  values.push(wait.effect === "resume" ? RESUME : CANCEL, wait.key, wait.eventName);
  values.push(filter?.source ?? null, filter?.captured ?? null);
  values.push(equality === null ? null : JSON.stringify(equality.path));
  values.push(equality === null ? null : equalityKey(equality.value));
  values.push(wait.expiresAt, wait.lookBackFrom);
}

export function readWait(reader: CommandReader): WaitValues {
  return {
    effect: reader.number(),
    key: reader.text(),
    eventName: reader.text(),
    source: reader.textOrNull(),
    captured: reader.textOrNull(),
    path: reader.textOrNull(),
    value: reader.textOrNull(),
    expiresAt: reader.number(),
    lookBackFrom: reader.numberOrNull(),
  };
}

/** An event, as far as waits ask. */
export interface MatchedEvent {
  readonly id: string;
  readonly environment: number;
  readonly name: string;
  readonly body: string;
}

/** The run that waits, as far as an event asks. */
export interface WaitingRun {
  readonly num: number;
  readonly id: string;
  readonly eventId: string;
  readonly flags: number;
}

type CandidateRow = readonly [
  num: number,
  run: number,
  key: string,
  effect: number,
  name: number,
  source: string | null,
  captured: string | null,
  expiresAt: number,
  runId: string,
  runEventId: string,
  flags: number,
];

/**
 * What runs wait for. An event finds its waits by a few numbers (`matchOf`), and each that is found is held against the
 * whole filter. One event may answer a million waits: an act looks at a bounded number, notes where it stopped, and the
 * next leases go on from there. Waits are numbered without reuse, so that the note says which were there before the
 * event was.
 */
export class Waits {
  readonly names: WaitNames;
  readonly #items: QueueItems;
  readonly #lookBack: LookBack;
  readonly #isAccepted = createFilterCache(FILTERS_MAX_COUNT);
  readonly #insert: Statement;
  readonly #candidates: Statement<CandidateRow>;
  readonly #lastNum: Statement<readonly [num: number | null]>;
  readonly #delete: Statement;
  readonly #deleteKey: Statement<readonly [name: number]>;
  readonly #deleteRun: Statement<readonly [name: number]>;
  readonly #isOfRun: Statement<readonly [one: number]>;
  readonly #putUnmatched: Statement;
  readonly #unmatched: Statement<
    readonly [
      id: string,
      match: number,
      after: number,
      until: number,
      environment: number,
      name: string,
      body: string,
    ]
  >;
  readonly #deleteUnmatched: Statement;
  #mayHaveUnmatched = true;

  constructor(db: DatabaseSync, items: QueueItems) {
    this.#items = items;
    this.names = new WaitNames(db);
    this.#lookBack = new LookBack(db);
    this.#insert = prepare(
      db,
      `INSERT INTO waits (run, key, effect, name, match, source, captured, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#candidates = prepare(
      db,
      `SELECT waits.num, run, key, effect, name, source, captured, expires_at, runs.id, runs.event_id, runs.flags
       FROM waits INDEXED BY waits_by_match CROSS JOIN runs ON runs.num = waits.run
       WHERE match = ? AND waits.num > ? AND waits.num <= ? ORDER BY waits.num LIMIT ?`,
    );
    this.#lastNum = prepare(db, "SELECT MAX(num) FROM waits");
    this.#delete = prepare(db, "DELETE FROM waits WHERE num = ?");
    this.#deleteKey = prepare(db, "DELETE FROM waits WHERE run = ? AND key = ? RETURNING name");
    this.#deleteRun = prepare(db, "DELETE FROM waits WHERE run = ? RETURNING name");
    this.#isOfRun = prepare(db, "SELECT 1 FROM run_events WHERE run = ? AND event_id = ? LIMIT 1");
    this.#putUnmatched = prepare(
      db,
      "INSERT OR REPLACE INTO unmatched (event_id, match, after, until) VALUES (?, ?, ?, ?)",
    );
    this.#unmatched = prepare(
      db,
      `SELECT event_id, match, after, until, environment, name, body
       FROM unmatched CROSS JOIN events ON events.id = event_id ORDER BY event_id, match LIMIT 1`,
    );
    this.#deleteUnmatched = prepare(db, "DELETE FROM unmatched WHERE event_id = ? AND match = ?");
  }

  /** Has the run wait, unless an event that is stored already answers. Sets the run's flag; the caller stores it. */
  insert(act: Act, environment: number, run: WaitingRun, wait: WaitValues): void {
    const { effect, key, eventName, source, captured, expiresAt } = wait;
    if (wait.lookBackFrom !== null) {
      const answer = this.#lookBack.find(environment, eventName, wait.lookBackFrom, act.now, (event) => {
        if (this.#isOwn(run, event.id) || (effect === CANCEL && event.id <= run.id)) return false;
        return (
          this.#accepts(source, captured, event.body, act.now) &&
          !this.#lookBack.hasAnswered(run.num, event.body)
        );
      });
      if (answer !== null && this.#apply(act, run.num, key, effect, answer)) return;
    }
    const [name, match] = this.names.add(environment, eventName, wait.path, wait.value);
    this.#insert.run(run.num, key, effect, name, match, source, captured, expiresAt);
  }

  /** Holds a stored event against what waits for it. */
  match(act: Act, event: MatchedEvent): void {
    const name = this.names.find(event.environment, event.name);
    if (name === null) return;
    const body: unknown = JSON.parse(event.body);
    for (const match of matchesOf(name, body)) this.#matchSome(act, event, body, match, 0, ANY);
  }

  /** Goes on with events that answer more waits than one act looked at. */
  continue(act: Act): void {
    while (this.#mayHaveUnmatched && act.matchesLeft > 0) {
      const row = this.#unmatched.get();
      if (row === undefined) {
        this.#mayHaveUnmatched = false;
        return;
      }
      const [id, match, after, until, environment, name, body] = row;
      this.#deleteUnmatched.run(id, match);
      this.#matchSome(act, { id, environment, name, body }, JSON.parse(body), match, after, until);
    }
  }

  /** Whether an event is left that answers more waits than were looked at so far. */
  get hasUnmatched(): boolean {
    if (this.#mayHaveUnmatched) this.#mayHaveUnmatched = this.#unmatched.get() !== undefined;
    return this.#mayHaveUnmatched;
  }

  /** Drops the wait that an item was for. */
  drop(run: number, key: string): void {
    for (const [name] of this.#deleteKey.all(run, key)) this.names.remove(name);
  }

  /** Drops everything that a run waits for. */
  dropAll(run: number): void {
    for (const [name] of this.#deleteRun.all(run)) this.names.remove(name);
  }

  /** After a rollback. */
  forget(): void {
    this.names.forget();
    this.#mayHaveUnmatched = true;
  }

  #matchSome(
    act: Act,
    event: MatchedEvent,
    body: unknown,
    match: number,
    after: number,
    until: number,
  ): void {
    // One more than may be looked at tells whether any are left.
    const rows = this.#candidates.all(match, after, until, act.matchesLeft + 1);
    for (const row of rows) {
      if (act.matchesLeft === 0) {
        const last = until === ANY ? (this.#lastNum.get()?.[0] ?? 0) : until;
        this.#putUnmatched.run(event.id, match, row[0] - 1, last);
        this.#mayHaveUnmatched = true;
        act.noteWork(act.now);
        return;
      }
      act.matchesLeft -= 1;
      this.#matchOne(act, event, body, row);
    }
  }

  #matchOne(act: Act, event: MatchedEvent, body: unknown, row: CandidateRow): void {
    const [num, run, key, effect, name, source, captured, expiresAt, runId, runEventId, flags] = row;
    if (expiresAt <= act.now) return;
    if (this.#isOwn({ num: run, id: runId, eventId: runEventId, flags }, event.id)) return;
    // Ids grow with time: an event that came before the run cannot cancel it (15.5).
    if (effect === CANCEL && event.id <= runId) return;
    if (source !== null && !this.#isAccepted(source, captured ?? "null", body, act.now)) return;
    if (!this.#apply(act, run, key, effect, event.id)) return;
    this.#delete.run(num);
    this.names.remove(name);
  }

  /** `false`: the item is held or due already. What it waited for is then dropped with it. */
  #apply(act: Act, run: number, key: string, effect: number, eventId: string): boolean {
    if (effect === RESUME) return this.#items.wake(act, run, key, eventCause(eventId));
    this.#items.cancel(act, run, eventCause(eventId));
    return true;
  }

  #accepts(source: string | null, captured: string | null, body: string, now: number): boolean {
    return source === null || this.#isAccepted(source, captured ?? "null", JSON.parse(body), now);
  }

  /** Whether the event is one the run started with. */
  #isOwn(run: WaitingRun, eventId: string): boolean {
    if (run.eventId === eventId) return true;
    return (run.flags & RunFlag.many) !== 0 && this.#isOfRun.get(run.num, eventId) !== undefined;
  }
}

/** Every number under which a wait for this event may stand. */
function matchesOf(name: WaitName, body: unknown): readonly number[] {
  const matches = [matchOf(name.num)];
  for (const [path, parts] of name.paths) {
    const value = equalityKey(valueAt(body, parts));
    if (value !== null) matches.push(matchOf(name.num, path, value));
  }
  return matches;
}
