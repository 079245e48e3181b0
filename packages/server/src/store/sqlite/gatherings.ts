import type { DatabaseSync } from "node:sqlite";
import type { Gathering, RateLimit } from "../records.ts";
import type { Act } from "./act.ts";
import type { CommandReader } from "./commands.ts";
import { encodeRateLimit, readRateLimit } from "./rate-limit.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolWriter } from "./symbols.ts";

/** By code: a position in this list is part of the file format. */
export const GATHERING_KINDS: readonly Gathering["kind"][] = ["debounce", "batch"];
const DEBOUNCE = 0;

interface GatheringValues {
  readonly kind: number;
  readonly functionId: string;
  readonly key: string;
  readonly periodMs: number;
  readonly timeoutMs: number | null;
  readonly sizeMax: number | null;
  readonly bytesMax: number | null;
  readonly rateLimit: RateLimit | null;
  readonly correlation: string | null;
}

export function encodeGathering(values: Value[], gathering: Gathering): void {
  values.push(GATHERING_KINDS.indexOf(gathering.kind), gathering.functionId, gathering.key);
  values.push(gathering.periodMs, gathering.timeoutMs, gathering.sizeMax, gathering.bytesMax);
  encodeRateLimit(values, gathering.rateLimit);
  values.push(gathering.correlation);
}

export function readGathering(reader: CommandReader): GatheringValues {
  return {
    kind: reader.number(),
    functionId: reader.text(),
    key: reader.text(),
    periodMs: reader.number(),
    timeoutMs: reader.numberOrNull(),
    sizeMax: reader.numberOrNull(),
    bytesMax: reader.numberOrNull(),
    rateLimit: readRateLimit(reader),
    correlation: reader.textOrNull(),
  };
}

interface JoiningEvent {
  readonly id: string;
  readonly userId: string | null;
  readonly ts: number;
  readonly body: string;
}

type OpenRow = readonly [
  num: number,
  firstAt: number,
  dueAt: number,
  ts: number,
  count: number,
  bytes: number,
];

/**
 * Events that wait for one another before a run is made (14.4, 14.5). At most one gathering of a function, kind and key is
 * open; one whose time has come, or that is full, takes no more, and the next event begins another.
 */
export class Gatherings {
  readonly #symbols: SymbolWriter;
  readonly #findOpen: Statement<OpenRow>;
  readonly #begin: Statement;
  readonly #close: Statement;
  readonly #update: Statement;
  readonly #addEvent: Statement;
  readonly #replaceEvent: Statement;
  readonly #find: Statement<readonly [revision: number, dueAt: number]>;
  readonly #remove: Statement;
  readonly #removeEvents: Statement;

  constructor(db: DatabaseSync, symbols: SymbolWriter) {
    this.#symbols = symbols;
    this.#findOpen = prepare(
      db,
      `SELECT num, first_at, due_at, ts, event_count, event_bytes FROM gatherings
       WHERE function = ? AND kind = ? AND key = ? AND is_open = 1`,
    );
    this.#begin = prepare(
      db,
      `INSERT INTO gatherings
         (function, kind, key, revision, first_at, due_at, is_open, ts, event_count, event_bytes)
       VALUES (?, ?, ?, 0, ?, ?, 1, ?, 0, 0)`,
    );
    this.#close = prepare(db, "UPDATE gatherings SET is_open = 0 WHERE num = ?");
    this.#update = prepare(
      db,
      `UPDATE gatherings SET revision = revision + 1, due_at = ?, is_open = ?, ts = ?, event_count = ?,
         event_bytes = ? WHERE num = ?`,
    );
    this.#addEvent = prepare(
      db,
      `INSERT INTO gathered_events (gathering, position, identity, event_id) VALUES (?, ?, ?, ?)
       ON CONFLICT (gathering, identity) DO NOTHING`,
    );
    this.#replaceEvent = prepare(
      db,
      "INSERT OR REPLACE INTO gathered_events (gathering, position, identity, event_id) VALUES (?, 0, ?, ?)",
    );
    this.#find = prepare(db, "SELECT revision, due_at FROM gatherings WHERE num = ?");
    this.#remove = prepare(db, "DELETE FROM gatherings WHERE num = ?");
    this.#removeEvents = prepare(db, "DELETE FROM gathered_events WHERE gathering = ?");
  }

  join(act: Act, event: JoiningEvent, gathering: GatheringValues): void {
    const open = this.#open(act, event, gathering);
    if (gathering.kind === DEBOUNCE) this.#debounce(act, event, gathering, open);
    else this.#batch(act, event, gathering, open);
  }

  /** Whether a gathering is there as it was seen, and its time has come. */
  isDue(num: number, revision: number, now: number): boolean {
    const row = this.#find.get(num);
    return row !== undefined && row[0] === revision && row[1] <= now;
  }

  remove(num: number): void {
    this.#removeEvents.run(num);
    this.#remove.run(num);
  }

  #open(act: Act, event: JoiningEvent, gathering: GatheringValues): OpenRow {
    const { now } = act;
    const fn = this.#symbols.number(gathering.functionId);
    const found = this.#findOpen.get(fn, gathering.kind, gathering.key);
    if (found !== undefined && found[2] > now) return found;
    if (found !== undefined) this.#close.run(found[0]);
    const dueAt = now + gathering.periodMs;
    const { lastInsertRowid } = this.#begin.run(fn, gathering.kind, gathering.key, now, dueAt, event.ts);
    return [lastInsertRowid, now, dueAt, event.ts, 0, 0];
  }

  /** Each event moves the end, and takes the place of one that did not happen later. */
  #debounce(act: Act, event: JoiningEvent, gathering: GatheringValues, open: OpenRow): void {
    const [num, firstAt, , ts, count] = open;
    const end = gathering.timeoutMs === null ? Infinity : firstAt + gathering.timeoutMs;
    const dueAt = Math.min(act.now + gathering.periodMs, end);
    if (event.ts >= ts) this.#replaceEvent.run(num, event.id, event.id);
    this.#update.run(dueAt, 1, Math.max(event.ts, ts), count + 1, 0, num);
    act.noteGathering(dueAt);
  }

  /** The first event sets the end; whichever makes it full ends it. The same event counts once. */
  #batch(act: Act, event: JoiningEvent, gathering: GatheringValues, open: OpenRow): void {
    const [num, , dueAt, ts, count, bytes] = open;
    if (this.#addEvent.run(num, count, event.userId ?? event.id, event.id).changes === 0) return;
    const total = bytes + Buffer.byteLength(event.body);
    const isFull = count + 1 >= (gathering.sizeMax ?? Infinity) || total >= (gathering.bytesMax ?? Infinity);
    const end = isFull ? act.now : dueAt;
    this.#update.run(end, isFull ? 0 : 1, ts, count + 1, total, num);
    act.noteGathering(end);
  }
}
