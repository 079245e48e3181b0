import type { EventId, RunId } from "@holdfast/protocol";
import { hasEnded } from "@holdfast/protocol";
import type { Gate, JournalEntry, RunRecord } from "../records.ts";
import type { RunQuery } from "../contract.ts";
import { by } from "./order.ts";
import { refusal } from "./refusal.ts";
import type { Table, Tables } from "./tables.ts";

/** A run, with what only the store needs to know of it. */
export interface StoredRun {
  readonly record: RunRecord;
  /** Grows with each run that is opened: of two runs of the same age the smaller goes first. */
  readonly num: number;
  /** Every event it started with. */
  readonly eventIds: readonly EventId[];
  readonly journal: readonly JournalEntry[];
  readonly gates: readonly Gate[];
  readonly singletonKey: string | null;
  /** Its place among runs of other functions that wait, which its priority does not change (14.6). */
  readonly queuedAt: number;
  /** Its place among those of its own: when it was queued, moved ahead by its priority. */
  readonly score: number;
  /** One of its calls was admitted: it has passed its throttle, and counts at its run-level gates. */
  readonly hasBegun: boolean;
  /** It was let through its throttle, and a pause held it back before anybody was called. */
  readonly hasPassed: boolean;
  /** A call of it was handed out, so that it has begun whatever becomes of that. */
  readonly wasCalled: boolean;
}

/** Runs and their journals. */
export class Runs {
  readonly #runs: Table<RunId, StoredRun>;
  readonly #nextNum: () => number;

  constructor(tables: Tables) {
    this.#runs = tables.table();
    this.#nextNum = tables.counter();
  }

  all(): readonly StoredRun[] {
    return this.#runs.rows();
  }

  get(id: RunId): StoredRun | undefined {
    return this.#runs.get(id);
  }

  add(fields: Omit<StoredRun, "num">): StoredRun {
    const { record, journal } = fields;
    if (this.#runs.has(record.id)) throw refusal(`Cannot open run "${record.id}": there is one of this id.`);
    const run = { ...fields, journal: [], num: this.#nextNum() };
    this.put(run);
    return this.append(run, journal);
  }

  remove(id: RunId): void {
    this.#runs.remove(id);
  }

  put(run: StoredRun): StoredRun {
    this.#runs.put(run.record.id, run);
    return run;
  }

  append(run: StoredRun, entries: readonly JournalEntry[]): StoredRun {
    const journal = [...run.journal, ...entries];
    const gap = journal.findIndex((entry, index) => entry.seq !== index + 1);
    if (gap >= 0) {
      throw refusal(
        `Cannot append entry ${journal[gap]?.seq} to the journal of run "${run.record.id}": the next one is ${gap + 1}.`,
      );
    }
    return this.put({ ...run, journal });
  }

  unfinished(): readonly StoredRun[] {
    return this.#runs.rows().filter(({ record }) => !hasEnded(record.status));
  }

  /** Runs that an event started, oldest first. */
  ofEvent(id: EventId): readonly RunRecord[] {
    const started = this.#runs.rows().filter(({ eventIds }) => eventIds.includes(id));
    return started.map(({ record }) => record).sort(by((run) => run.id));
  }

  list(query: RunQuery): readonly RunRecord[] {
    const found = this.#runs
      .rows()
      .map(({ record }) => record)
      .filter((run) => isWanted(query, run))
      .sort(by((run) => run.id));
    return (query.order === "asc" ? found : found.toReversed()).slice(0, query.limit);
  }
}

function isWanted(query: RunQuery, run: RunRecord): boolean {
  const { before, after, functionIds, statuses, time } = query;
  return (
    run.environment === query.environment &&
    (before === undefined || run.id < before) &&
    (after === undefined || run.id > after) &&
    (functionIds === undefined || functionIds.includes(run.functionId)) &&
    (statuses === undefined || statuses.includes(run.status)) &&
    (time === undefined || isWithin(time, run[time.field]))
  );
}

/** An instant that a run does not have is within no bounds. */
function isWithin({ from, until }: NonNullable<RunQuery["time"]>, at: number | null): boolean {
  if (at === null) return from === undefined && until === undefined;
  return (from === undefined || at >= from) && (until === undefined || at < until);
}
