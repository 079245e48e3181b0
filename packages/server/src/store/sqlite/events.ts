import type { EventId } from "@holdfast/protocol";
import type { EventRecord } from "../records.ts";
import type { EventQuery, EventStore } from "../contract.ts";
import { decodeAccept, encodeAccept } from "./accept.ts";
import type { StoreAccess } from "./access.ts";
import type { Filter } from "./listing.ts";
import { Listing } from "./listing.ts";
import type { Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolReader } from "./symbols.ts";

/** Columns of an event, in the order of `SELECT_EVENT`. */
export type EventRow = readonly [
  id: EventId,
  environment: number,
  name: string,
  userId: string | null,
  receivedAt: number,
  ts: number,
  body: string,
];

export function toEvent(
  [id, environment, name, userId, receivedAt, ts, body]: EventRow,
  symbols: SymbolReader,
): EventRecord {
  // Environments enter the table as such, through `accept`.
  const environmentName = symbols.text(environment) as EventRecord["environment"];
  return { id, environment: environmentName, name, userId, receivedAt, ts, body };
}

const SELECT_EVENT = "SELECT id, environment, name, user_id, received_at, ts, body FROM events";

export function createEventStore(access: StoreAccess): EventStore {
  const { db, symbols } = access;
  const byId = prepare<EventRow>(db, `${SELECT_EVENT} WHERE id = ?`);
  const listing = new Listing<EventRow>(db, SELECT_EVENT, "ORDER BY id DESC");

  function list(query: EventQuery): readonly EventRecord[] {
    const environment = symbols.find(query.environment);
    return environment === null
      ? []
      : listing.all(eventFilters(query, environment), query.limit).map((row) => toEvent(row, symbols));
  }

  return {
    async accept(batch) {
      // An accept is always answered by a list.
      const answer = (await access.act(() => encodeAccept(batch))) as readonly Value[];
      return decodeAccept(batch.events, answer);
    },
    get: (id) =>
      access.read(() => {
        const row = byId.get(id);
        return row === undefined ? null : toEvent(row, symbols);
      }),
    list: (query) => access.read(() => list(query)),
  };
}

function eventFilters(query: EventQuery, environment: number): Filter[] {
  const { name, before, receivedBefore, receivedAfter } = query;
  const filters: Filter[] = [
    // With a name, the index by name has the order too. Without one, walking by id and passing over other
    // environments beats sorting a whole environment: the plus keeps SQLite from doing that.
    { sql: name === undefined ? "+environment = ?" : "environment = ?", value: environment },
  ];
  if (name !== undefined) filters.push({ sql: "name = ?", value: name });
  if (before !== undefined) filters.push({ sql: "id < ?", value: before });
  if (receivedBefore !== undefined) filters.push({ sql: "received_at < ?", value: receivedBefore });
  if (receivedAfter !== undefined) filters.push({ sql: "received_at > ?", value: receivedAfter });
  if (name === undefined && query.withInternal !== true) {
    filters.push({ sql: "name NOT GLOB 'inngest/*'" });
  }
  return filters;
}
