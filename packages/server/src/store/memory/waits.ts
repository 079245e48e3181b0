import type { RunId } from "@holdfast/protocol";
import { createFilterCache } from "#expressions";
import type { EventRecord, NewWait } from "../records.ts";
import type { Act } from "./act.ts";
import type { Events } from "./events.ts";
import type { QueueItems } from "./queue-items.ts";
import type { Runs, StoredRun } from "./runs.ts";
import type { Table, Tables } from "./tables.ts";

/** Filters that are kept compiled. */
const FILTERS_MAX_COUNT = 1000;

interface StoredWait extends NewWait {
  readonly num: number;
  readonly runId: RunId;
}

/** What runs wait for. An event is held against every wait there is. */
export class Waits {
  readonly #waits: Table<number, StoredWait>;
  readonly #runs: Runs;
  readonly #items: QueueItems;
  readonly #events: Events;
  readonly #isAccepted = createFilterCache(FILTERS_MAX_COUNT);
  readonly #nextNum: () => number;

  constructor(
    tables: Tables,
    rooms: { readonly runs: Runs; readonly items: QueueItems; readonly events: Events },
  ) {
    this.#waits = tables.table();
    this.#nextNum = tables.counter();
    this.#runs = rooms.runs;
    this.#items = rooms.items;
    this.#events = rooms.events;
  }

  /** Has a run wait, unless an event that is stored already answers. */
  add(act: Act, run: StoredRun, wait: NewWait): void {
    const { environment, id: runId } = run.record;
    const stored: StoredWait = { ...wait, num: this.#nextNum(), runId };
    if (wait.lookBackFrom !== null) {
      const past = this.#events.since(environment, wait.eventName, wait.lookBackFrom);
      const answer = past.find(
        (event) => !hasAnswered(run, event) && this.#isAnswer(act, stored, run, event),
      );
      if (answer !== undefined && this.#apply(act, stored, answer)) return;
    }
    this.#waits.put(stored.num, stored);
  }

  all(): readonly { readonly runId: RunId; readonly captured: string | null }[] {
    return this.#waits.rows().map(({ runId, filter }) => ({ runId, captured: filter?.captured ?? null }));
  }

  /** Holds an event that was stored a moment ago against what is waited for. */
  match(act: Act, event: EventRecord): void {
    for (const wait of this.#waits.rows()) {
      const run = this.#runs.get(wait.runId);
      if (run === undefined || run.record.environment !== event.environment) continue;
      if (wait.eventName !== event.name || wait.expiresAt <= act.now) continue;
      if (!this.#isAnswer(act, wait, run, event)) continue;
      if (this.#apply(act, wait, event)) this.#waits.remove(wait.num);
    }
  }

  /** Drops what the item of this key waits for. */
  drop(id: RunId, key: string): void {
    for (const wait of this.#waits.rows()) {
      if (wait.runId === id && wait.key === key) this.#waits.remove(wait.num);
    }
  }

  /** Drops whatever the run waits for. */
  dropAll(id: RunId): void {
    for (const wait of this.#waits.rows()) if (wait.runId === id) this.#waits.remove(wait.num);
  }

  /** Runs with a wait that no item will end. */
  withoutEnd(): readonly StoredRun[] {
    const ids = this.#waits
      .rows()
      .filter(({ effect, runId, key }) => effect === "resume" && this.#items.get(runId, key) === undefined)
      .map(({ runId }) => runId);
    return [...new Set(ids)].flatMap((id) => this.#runs.get(id) ?? []);
  }

  #isAnswer(act: Act, { effect, filter }: StoredWait, run: StoredRun, event: EventRecord): boolean {
    if (run.eventIds.includes(event.id)) return false;
    const runId: string = run.record.id;
    // Ids grow with time: an event that came before the run cannot cancel it (15.5).
    if (effect === "cancel" && event.id <= runId) return false;
    if (filter === null) return true;
    return this.#isAccepted(filter.source, filter.captured, JSON.parse(event.body), act.now);
  }

  /** `false`: the item is held or due already. What it waited for is then dropped with it. */
  #apply(act: Act, { effect, runId, key }: StoredWait, event: EventRecord): boolean {
    const cause = { kind: "event", eventId: event.id } as const;
    if (effect === "cancel") {
      this.#items.cancel(act, runId, cause);
      return true;
    }
    return this.#items.wake(act, runId, key, cause);
  }
}

/** Whether the event is the memo of a wait of the run that is over: it does not answer the next one as well. */
function hasAnswered({ journal }: StoredRun, { body }: EventRecord): boolean {
  return journal.some(
    ({ kind, op, data }) => kind === "step.completed" && op === "WaitForEvent" && data === body,
  );
}
