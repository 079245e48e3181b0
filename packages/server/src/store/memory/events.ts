import type { EnvironmentName, EventId } from "@holdfast/protocol";
import type { EventRecord } from "../records.ts";
import type { EventQuery } from "../contract.ts";
import { by } from "./order.ts";
import type { Table, Tables } from "./tables.ts";

/** The server's own events begin with this. */
const INTERNAL = "inngest/";

export class Events {
  readonly #events: Table<EventId, EventRecord>;

  constructor(tables: Tables) {
    this.#events = tables.table();
  }

  /** `false`: an event of this id is there already, and stays as it is. */
  add(event: EventRecord): boolean {
    if (this.#events.has(event.id)) return false;
    this.#events.put(event.id, event);
    return true;
  }

  remove(id: EventId): void {
    this.#events.remove(id);
  }

  all(): readonly EventRecord[] {
    return this.#events.rows();
  }

  get(id: EventId): EventRecord | null {
    return this.#events.get(id) ?? null;
  }

  /** Those that are there, in the order given. */
  those(ids: readonly EventId[]): readonly EventRecord[] {
    return ids.flatMap((id) => this.#events.get(id) ?? []);
  }

  /** Events of a name that were received from an instant on, the earliest first. */
  since(environment: EnvironmentName, name: string, from: number): readonly EventRecord[] {
    return this.#events
      .rows()
      .filter((each) => each.environment === environment && each.name === name && each.receivedAt >= from)
      .sort(
        by(
          ({ receivedAt }) => receivedAt,
          ({ id }) => id,
        ),
      );
  }

  list(query: EventQuery): readonly EventRecord[] {
    return this.#events
      .rows()
      .filter((event) => isWanted(query, event))
      .sort(by(({ id }) => id))
      .toReversed()
      .slice(0, query.limit);
  }
}

function isWanted(query: EventQuery, event: EventRecord): boolean {
  const { before, name, receivedBefore, receivedAfter, withInternal } = query;
  return (
    event.environment === query.environment &&
    (before === undefined || event.id < before) &&
    (receivedBefore === undefined || event.receivedAt < receivedBefore) &&
    (receivedAfter === undefined || event.receivedAt > receivedAfter) &&
    (name === undefined ? withInternal === true || !event.name.startsWith(INTERNAL) : event.name === name)
  );
}
