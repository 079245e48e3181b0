import type { EventRecord, Gathering } from "../records.ts";
import type { DueGathering } from "../contract.ts";
import type { Act } from "./act.ts";
import { by } from "./order.ts";
import type { Table, Tables } from "./tables.ts";

interface StoredGathering extends DueGathering {
  readonly firstAt: number;
  /** When the latest of its events happened. */
  readonly ts: number;
  /** Whether more may join. */
  readonly isOpen: boolean;
}

/** Events that wait for one another before a run is made (14.4, 14.5). */
export class Gatherings {
  readonly #gatherings: Table<number, StoredGathering>;
  readonly #nextId: () => number;

  constructor(tables: Tables) {
    this.#gatherings = tables.table();
    this.#nextId = tables.counter();
  }

  /** At most one of a function, kind and key takes events; one whose time has come takes no more. */
  join(act: Act, event: EventRecord, gathering: Gathering): void {
    const found = this.#gatherings
      .rows()
      .find(
        (each) =>
          each.isOpen &&
          each.kind === gathering.kind &&
          each.functionId === gathering.functionId &&
          each.key === gathering.key,
      );
    if (found !== undefined && found.dueAt <= act.now) this.#put({ ...found, isOpen: false });
    const open = found === undefined || found.dueAt <= act.now ? this.#begin(act, event, gathering) : found;
    if (gathering.kind === "debounce") this.#debounce(act, event, gathering, open);
    else this.#batch(act, event, gathering, open);
  }

  /** All of them, the longest due first. */
  byDueAt(): readonly DueGathering[] {
    return this.#gatherings
      .rows()
      .toSorted(
        by(
          ({ dueAt }) => dueAt,
          ({ id }) => id,
        ),
      )
      .map(({ id, revision, kind, functionId, key, dueAt, events }) => ({
        id,
        revision,
        kind,
        functionId,
        key,
        dueAt,
        events,
      }));
  }

  /** Takes a gathering away that is as it was seen, and whose time has come. `false`: it is not. */
  take(id: number, revision: number, now: number): boolean {
    const found = this.#gatherings.get(id);
    if (found === undefined || found.revision !== revision || found.dueAt > now) return false;
    return this.#gatherings.remove(id);
  }

  #begin({ now }: Act, event: EventRecord, { kind, functionId, key, periodMs }: Gathering): StoredGathering {
    const dueAt = now + periodMs;
    const begun = { id: this.#nextId(), revision: 0, kind, functionId, key, dueAt, events: [] };
    return this.#put({ ...begun, firstAt: now, ts: event.ts, isOpen: true });
  }

  /** Each event moves the end, and takes the place of one that did not happen later. */
  #debounce(act: Act, event: EventRecord, gathering: Gathering, open: StoredGathering): void {
    const { periodMs, timeoutMs } = gathering;
    const end = timeoutMs === null ? Infinity : open.firstAt + timeoutMs;
    const dueAt = Math.min(act.now + periodMs, end);
    const events = event.ts >= open.ts ? [event] : open.events;
    this.#put({
      ...open,
      revision: open.revision + 1,
      dueAt,
      events,
      ts: Math.max(event.ts, open.ts),
    });
    act.noteGathering(dueAt);
  }

  /** The first event sets the end; whichever makes it full ends it. The same event counts once. */
  #batch(act: Act, event: EventRecord, { sizeMax, bytesMax }: Gathering, open: StoredGathering): void {
    if (open.events.some((other) => identityOf(other) === identityOf(event))) return;
    const events = [...open.events, event];
    const sizeBytes = events.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    const isFull = events.length >= (sizeMax ?? Infinity) || sizeBytes >= (bytesMax ?? Infinity);
    const dueAt = isFull ? act.now : open.dueAt;
    this.#put({ ...open, revision: open.revision + 1, dueAt, events, isOpen: !isFull });
    act.noteGathering(dueAt);
  }

  #put(gathering: StoredGathering): StoredGathering {
    this.#gatherings.put(gathering.id, gathering);
    return gathering;
  }
}

/** The id that the user chose, if any. */
function identityOf({ userId, id }: EventRecord): string {
  return userId ?? id;
}
