import type { FunctionId } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import type { Gate } from "../records.ts";
import type { Act } from "./act.ts";
import type { Functions } from "./functions.ts";
import { by } from "./order.ts";
import type { Queued, QueueItems } from "./queue-items.ts";
import type { Rates } from "./rates.ts";
import type { Runs, StoredRun } from "./runs.ts";
import type { Table, Tables } from "./tables.ts";

/** A counter that a call needs a place of, and how many places it has for this call. */
interface Place {
  readonly counter: string;
  readonly max: number;
}

interface Call {
  readonly run: StoredRun;
  readonly queued: Queued;
}

/** Key of a run's first call, the only one that a throttle holds back. */
const START = "start";

const byScore = by<Call>(
  ({ run }) => run.score,
  ({ run }) => run.num,
  ({ queued }) => queued.item.key,
);

const byAge = by<Call>(
  ({ run }) => run.queuedAt,
  ({ run }) => run.num,
);

/**
 * Lets calls through the gates of their runs. A call that has come to its gates is admitted when each of them has room,
 * and from then on holds a place of each until it is done. Otherwise it waits. Whenever something changed, those that
 * wait are asked in turn; one that finds no room keeps nobody up who needs other places.
 */
export class Admission {
  readonly #functions: Functions;
  readonly #runs: Runs;
  readonly #items: QueueItems;
  readonly #rates: Rates;
  /** How many places of each counter are taken. */
  readonly #taken: Table<string, number>;

  constructor(
    tables: Tables,
    rooms: {
      readonly functions: Functions;
      readonly runs: Runs;
      readonly items: QueueItems;
      readonly rates: Rates;
    },
  ) {
    this.#functions = rooms.functions;
    this.#runs = rooms.runs;
    this.#items = rooms.items;
    this.#rates = rooms.rates;
    this.#taken = tables.table();
  }

  /** A call has come to its gates. Whoever waits and comes before it goes first. `true`: it is admitted. */
  arrive(act: Act, queued: Queued): boolean {
    const { runId, key } = queued.item;
    this.#items.put({ ...queued, standing: "waiting", holder: null });
    const isArriving = ({ item }: Queued): boolean => item.runId === runId && item.key === key;
    while (
      this.#waiting().some((call) => isArriving(call.queued) && this.#mayGoAt(call, act.now) === act.now)
    ) {
      const next = this.#next(act.now);
      if (next === null) break;
      this.#admit(act, next);
      if (isArriving(next.queued)) return true;
      act.noteWork(act.now);
    }
    this.#noteThrottled(act);
    return false;
  }

  /** Admits whoever waits and finds room. */
  settle(act: Act): void {
    for (let next = this.#next(act.now); next !== null; next = this.#next(act.now)) {
      this.#admit(act, next);
      act.noteWork(act.now);
    }
    this.#noteThrottled(act);
  }

  /** Gives back what a call held that is done, or is not to be done now. */
  leave(run: StoredRun, queued: Queued): void {
    if (queued.standing !== "admitted") return;
    for (const { counter } of this.#placesOfCall(run)) this.#take(counter, -1);
  }

  /** Takes an admission back because of a pause. A run of which nothing was handed out has not begun after all. */
  withdraw(run: StoredRun, queued: Queued): void {
    this.leave(run, queued);
    if (queued.standing !== "admitted" || run.wasCalled || queued.item.key !== START) return;
    this.leaveRun(run);
    this.#runs.put({ ...run, hasBegun: false, hasPassed: true });
  }

  /** Gives back what a run held that has ended. */
  leaveRun(run: StoredRun): void {
    if (run.hasBegun) for (const { counter } of this.#placesOfRun(run)) this.#take(counter, -1);
  }

  /** Whether the run's calls are held back, whatever room there is. */
  isPaused(run: StoredRun): boolean {
    return this.#functions.paused.has(run.record.functionId);
  }

  /** When the next throttled start may go on if nothing else happens before, or null. */
  nextStartAt(now: number): number | null {
    const instants = this.#waiting().flatMap((call) => this.#mayGoAt(call, now) ?? []);
    return instants.length === 0 ? null : Math.min(...instants);
  }

  /** Runs with a call that waits although there is room, and that no throttle holds back: there are none after `settle`. */
  overlooked(): readonly StoredRun[] {
    return this.#waiting()
      .filter((call) => throttlesOf(call.run, call.queued).length === 0 && this.#mayGoAt(call, 0) !== null)
      .map(({ run }) => run);
  }

  #waiting(): readonly Call[] {
    return this.#items
      .all()
      .filter(({ standing }) => standing === "waiting" || standing === "throttled")
      .flatMap((queued) => {
        const run = this.#runs.get(queued.item.runId);
        return run === undefined ? [] : [{ run, queued }];
      });
  }

  /** Whose turn it is of those that may go: of each function the first by score, of these the oldest (14.6). */
  #next(now: number): Call | null {
    const firsts = new Map<FunctionId, Call>();
    for (const call of this.#waiting().toSorted(byScore)) {
      const { functionId } = call.run.record;
      if (!firsts.has(functionId) && this.#mayGoAt(call, now) === now) firsts.set(functionId, call);
    }
    return [...firsts.values()].toSorted(byAge)[0] ?? null;
  }

  #admit(act: Act, { run, queued }: Call): void {
    for (const { counter } of this.#placesOfCall(run)) this.#take(counter, 1);
    if (!run.hasBegun) {
      for (const { counter } of this.#placesOfRun(run)) this.#take(counter, 1);
      for (const throttle of throttlesOf(run, queued)) {
        this.#rates.take(bucketOf(throttle), act.now, throttle);
      }
      this.#runs.put({ ...run, hasBegun: true });
    }
    this.#items.put({ ...queued, standing: "admitted" });
  }

  /** Tells those apart that only a throttle holds back, and notes of each that is new to it when it may go. */
  #noteThrottled(act: Act): void {
    for (const call of this.#waiting()) {
      const mayGoAt = this.#mayGoAt(call, act.now);
      const standing = mayGoAt === null ? "waiting" : "throttled";
      if (standing === call.queued.standing) continue;
      if (mayGoAt !== null) act.noteWork(mayGoAt);
      this.#items.put({ ...call.queued, standing });
    }
  }

  /** When a call may go: now, at an instant by its throttle, or null where something else has to happen first. */
  #mayGoAt({ run, queued }: Call, now: number): number | null {
    if (this.isPaused(run)) return null;
    const places = [...this.#placesOfCall(run), ...(run.hasBegun ? [] : this.#placesOfRun(run))];
    if (places.some(({ counter, max }) => (this.#taken.get(counter) ?? 0) >= max)) return null;
    const instants = throttlesOf(run, queued).map((throttle) =>
      this.#rates.allowedAt(bucketOf(throttle), now, throttle),
    );
    return Math.max(now, ...instants);
  }

  /** What each call of the run needs, the places of its function included. */
  #placesOfCall(run: StoredRun): readonly Place[] {
    const counter = `calls/${run.record.functionId}`;
    return [{ counter, max: LIMITS.callsPerFunctionCount }, ...this.#placesOf(run, "step")];
  }

  /** What the run needs as a whole, from its first call until its end. Of a singleton there is one place. */
  #placesOfRun(run: StoredRun): readonly Place[] {
    const { singletonKey, record } = run;
    const places = this.#placesOf(run, "run");
    if (singletonKey === null) return places;
    return [...places, { counter: `singleton/${record.functionId}/${singletonKey}`, max: 1 }];
  }

  #placesOf({ gates, record }: StoredRun, level: "step" | "run"): readonly Place[] {
    return gates.flatMap((gate) => {
      if (gate.level !== level) return [];
      const max = this.#functions.limit(record.functionId, gate.rule, gate.max) ?? Infinity;
      return [{ counter: `${level}/${gate.counter}`, max }];
    });
  }

  #take(counter: string, count: number): void {
    this.#taken.put(counter, (this.#taken.get(counter) ?? 0) + count);
  }
}

type Throttle = Gate & { readonly level: "throttle" };

/** The throttles that a call still has to pass. */
function throttlesOf({ gates, hasBegun, hasPassed }: StoredRun, { item }: Queued): readonly Throttle[] {
  return hasBegun || hasPassed || item.key !== START ? [] : gates.filter((gate) => gate.level === "throttle");
}

function bucketOf({ counter }: Throttle): string {
  return `throttle/${counter}`;
}
