import type { DatabaseSync } from "node:sqlite";
import { LIMITS } from "@holdfast/protocol";
import { Act } from "./act.ts";
import { Buckets } from "./buckets.ts";
import { countTables } from "./count-tables.ts";
import type { FunctionRules } from "./function-rules.ts";
import { FunctionRulesReader } from "./function-rules.ts";
import type { CountedGate, RunTerms } from "./gates.ts";
import { decodeGates, isThrottle, RunFlag } from "./gates.ts";
import { lineOf, splitLine } from "./lines.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";
import { Tally } from "./tally.ts";
import { Throttles } from "./throttles.ts";

/** The first of a line: the values of its item, and what its gates need to know of its run. */
interface Head {
  readonly terms: RunTerms;
  readonly key: string;
}

type HeadRow = readonly [
  num: number,
  key: string,
  score: number,
  queuedAt: number,
  fn: number,
  gates: string | null,
  flags: number,
];

/** For looking only: throttles, which ask for the time, are left out. */
const NO_ACT = new Act(0, null, 0);

/** Item of a run's first call, the only one that a throttle holds back. */
const START = "start";

/**
 * Lets calls through the gates of their runs, one by one and in turn.
 *
 * A call is admitted when every counter of its run has room; from then on it holds a place of each until it is done,
 * whoever works on it. One that finds no room is parked: it stands in the line of its function at the counter that has
 * none, by its run's age and priority, and leaves the index of free items. Whenever a place becomes free, the line's
 * first is tried again: it is admitted, or goes to the line of another counter. Nobody who came later goes first.
 *
 * A line belongs to one function, because a counter that several functions share may have another limit in each.
 */
export class Admission {
  readonly functions: FunctionRulesReader;
  readonly buckets: Buckets;
  readonly tally = new Tally();
  readonly #throttles: Throttles;
  /** Counters where somebody waits and there may be room. */
  readonly #stirred = new Set<string>();
  readonly #head: Statement<HeadRow>;
  readonly #admit: Statement;
  readonly #move: Statement;
  readonly #setFlags: Statement;
  readonly #dropGates: Statement;
  readonly #idOf: Statement<readonly [id: string]>;

  constructor(db: DatabaseSync) {
    this.functions = new FunctionRulesReader(db);
    this.buckets = new Buckets(db);
    this.#throttles = new Throttles(db);
    this.#head = prepare(
      db,
      `SELECT queue.run, key, score, queued_at, function, gates, flags
       FROM queue INDEXED BY queue_parked CROSS JOIN runs ON runs.num = queue.run
       WHERE parked = ? ORDER BY score, queue.run, key LIMIT 1`,
    );
    this.#admit = prepare(
      db,
      "UPDATE queue SET parked = NULL, score = NULL, admitted = 1 WHERE run = ? AND key = ?",
    );
    this.#move = prepare(db, "UPDATE queue SET parked = ? WHERE run = ? AND key = ?");
    this.#setFlags = prepare(db, "UPDATE runs SET flags = ? WHERE num = ?");
    this.#dropGates = prepare(db, "UPDATE runs SET gates = NULL WHERE num = ?");
    this.#idOf = prepare(db, "SELECT id FROM runs WHERE num = ?");
    countTables(db, this.tally);
    for (const counter of this.tally.counters()) this.#stirred.add(counter);
  }

  /** Whether somebody may be let in without anything else happening. */
  get isStirred(): boolean {
    return this.#stirred.size > 0;
  }

  /**
   * Admits a call of the run, or names the line it has to wait in (`queue.parked`). The caller stores what became of it:
   * the item, and the run's flags where they changed.
   */
  admit(act: Act, terms: RunTerms, key: string): string | null {
    const obstacle = this.#obstacle(act, terms, key, null);
    if (obstacle === null) {
      this.#enter(terms, key, act.now);
      // Whoever comes to its gates with somebody to hold it is handed out in the same act.
      if (act.holder !== null && terms.gates.length > 0) terms.flags |= RunFlag.called;
      return null;
    }
    return lineOf(terms.fn, obstacle);
  }

  /** Notes that a call stands in this line. */
  park(line: string): void {
    const [fn, counter] = splitLine(line);
    this.tally.queue(counter, fn, 1);
  }

  /** Notes that a call of this line is gone. */
  unpark(line: string): void {
    const [fn, counter] = splitLine(line);
    this.tally.queue(counter, fn, -1);
    // With the last of a throttle's line there is no start to come back for.
    if (this.tally.lines(counter) === undefined) this.#throttles.remove(counter);
  }

  /** Gives back what an admitted call held: it is done, or not to be done now. */
  release(terms: RunTerms): void {
    this.#leave(this.functions.of(terms.fn).calls);
    for (const gate of terms.gates) if (gate.level === "step") this.#leave(gate.counter);
  }

  /** Takes an admission back, since the function is paused. A run of which nothing was handed out has not begun after all. */
  withdraw(terms: RunTerms, key: string): void {
    this.release(terms);
    const { begun, called } = RunFlag;
    if (key !== START || (terms.flags & (begun | called)) !== begun) return;
    for (const gate of terms.gates) if (gate.level === "run") this.#leave(gate.counter);
    terms.flags = (terms.flags & ~begun) | RunFlag.passed;
  }

  /** Gives back what a run held that has ended, and forgets its gates. */
  end(terms: RunTerms): void {
    this.#dropGates.run(terms.num);
    if ((terms.flags & RunFlag.begun) === 0) return;
    for (const gate of terms.gates) if (gate.level === "run") this.#leave(gate.counter);
  }

  /** Notes that a call is handed out which was let in before. */
  noteCalled(num: number, flags: number): void {
    if ((flags & RunFlag.called) === 0) this.#setFlags.run(flags | RunFlag.called, num);
  }

  saveFlags(terms: RunTerms): void {
    this.#setFlags.run(terms.flags, terms.num);
  }

  /** Lines of the function may move: its limits changed, or it goes on after a pause. */
  stirFunction(fn: number): void {
    this.functions.forget();
    for (const counter of this.tally.counters()) {
      if (this.tally.lines(counter)?.has(fn) === true) this.#stirred.add(counter);
    }
  }

  /** Stirs the throttles whose next start is due. */
  stirThrottles(now: number): void {
    for (const counter of this.#throttles.due(now)) {
      if (this.tally.lines(counter) === undefined) this.#throttles.remove(counter);
      else this.#stirred.add(counter);
    }
  }

  /** When the next throttled start is due, or null. */
  nextWakeAt(): number | null {
    return this.#throttles.next();
  }

  /** Lets in whom there is room for, in turn, looking at so many at most; the rest is for the next time. */
  wake(act: Act, looksMax: number): void {
    let looksLeft = looksMax;
    for (const counter of this.#stirred) {
      for (;;) {
        const head = this.#next(act, counter);
        if (head === null) {
          this.#stirred.delete(counter);
          break;
        }
        if (looksLeft === 0) {
          act.noteWork(act.now);
          return;
        }
        looksLeft -= 1;
        this.#try(act, head, counter);
      }
    }
  }

  /** Runs that stand in a line although there is room, and nobody was told: there are none unless something is wrong. */
  stranded(limit: number): readonly string[] {
    const found: string[] = [];
    for (const counter of this.tally.counters()) {
      if (found.length === limit) break;
      // Time alone moves a throttle.
      if (this.#stirred.has(counter) || isThrottle(counter)) continue;
      const head = this.#next(NO_ACT, counter);
      if (head !== null) found.push(...(this.#idOf.get(head.terms.num) ?? []));
    }
    return found;
  }

  keep(): void {
    this.tally.keep();
  }

  /** After a rollback. Who was let in is back in line, so every line is to be looked at again. */
  forget(): void {
    this.tally.revert();
    this.functions.forget();
    this.#throttles.forget();
    for (const counter of this.tally.counters()) this.#stirred.add(counter);
  }

  /** The counter that has no room for a call of this run, or null. `at` is the counter whose turn the call has. */
  #obstacle(act: Act, terms: RunTerms, key: string, at: string | null): string | null {
    const rules = this.functions.of(terms.fn);
    if (rules.isPaused) return rules.pause;
    const isTaken = (counter: string, max: number): boolean =>
      this.tally.count(counter) >= max || (counter !== at && this.#isBehind(act, counter, terms, key));
    if (isTaken(rules.calls, LIMITS.callsPerFunctionCount)) return rules.calls;
    const hasBegun = (terms.flags & RunFlag.begun) !== 0;
    for (const gate of terms.gates) {
      if (gate.level === "throttle") {
        if (hasBegun || !isThrottled(terms, key)) continue;
        const until = this.#throttledUntil(act, gate);
        if (until !== null) {
          act.noteWork(until);
          return gate.counter;
        }
        if (gate.counter !== at && this.#isBehind(act, gate.counter, terms, key)) return gate.counter;
      } else if (gate.level === "step" || !hasBegun) {
        const max = maxOf(gate, rules.limits);
        if (max !== null && isTaken(gate.counter, max)) return gate.counter;
      }
    }
    return null;
  }

  /** When a throttle lets the next start through, which leases come back for; null for at once. */
  #throttledUntil(act: Act, gate: CountedGate & { level: "throttle" }): number | null {
    const decision = this.buckets.look(gate.counter, act.now, gate.rate);
    if (decision.isAllowed) return null;
    this.#throttles.put(gate.counter, decision.allowedAt);
    return decision.allowedAt;
  }

  /** Whether somebody stands at the counter whose turn comes before this call's, and could go. */
  #isBehind(act: Act, counter: string, terms: RunTerms, key: string): boolean {
    if (this.tally.lines(counter) === undefined) return false;
    const head = this.#next(act, counter);
    if (head === null || !isBefore(head, { terms, key })) return false;
    this.#stirred.add(counter);
    return true;
  }

  /** Who is to be tried next at a counter: the first in turn among those for whom it has room. */
  #next(act: Act, counter: string): Head | null {
    let next: Head | null = null;
    for (const fn of this.tally.lines(counter)?.keys() ?? []) {
      const row = this.#head.get(lineOf(fn, counter));
      if (row === undefined) continue;
      const [num, key, score, queuedAt, , gates, flags] = row;
      const head: Head = { terms: { num, fn, score, queuedAt, gates: decodeGates(gates, fn), flags }, key };
      if (this.#hasRoom(act, counter, head) && (next === null || isBefore(head, next))) next = head;
    }
    return next;
  }

  /** Whether this one counter would let the call through. */
  #hasRoom(act: Act, counter: string, { terms, key }: Head): boolean {
    const rules = this.functions.of(terms.fn);
    if (counter === rules.pause) return !rules.isPaused;
    if (counter === rules.calls) return this.tally.count(counter) < LIMITS.callsPerFunctionCount;
    const gate = terms.gates.find((each) => each.counter === counter);
    if (gate === undefined) return true;
    if (gate.level === "throttle")
      return !isThrottled(terms, key) || this.#throttledUntil(act, gate) === null;
    const max = maxOf(gate, rules.limits);
    return max === null || this.tally.count(counter) < max;
  }

  /** Admits the first of a line, or sends it to the line of the counter that has no room for it. */
  #try(act: Act, { terms, key }: Head, from: string): void {
    const flags = terms.flags;
    const obstacle = this.#obstacle(act, terms, key, from);
    this.tally.queue(from, terms.fn, -1);
    if (obstacle === null) {
      this.#enter(terms, key, act.now);
      this.tally.admit(terms.num, key);
      this.#admit.run(terms.num, key);
      if (terms.flags !== flags) this.saveFlags(terms);
      act.noteWork(act.now);
    } else {
      this.tally.queue(obstacle, terms.fn, 1);
      this.#move.run(lineOf(terms.fn, obstacle), terms.num, key);
    }
    if (this.tally.lines(from) === undefined) this.#throttles.remove(from);
  }

  /** Takes a place of every counter, and with the run's first call those of the run. */
  #enter(terms: RunTerms, key: string, now: number): void {
    this.tally.add(this.functions.of(terms.fn).calls, 1);
    if (terms.gates.length === 0) return;
    const hasBegun = (terms.flags & RunFlag.begun) !== 0;
    for (const gate of terms.gates) {
      if (gate.level === "step" || (gate.level === "run" && !hasBegun)) this.tally.add(gate.counter, 1);
      else if (gate.level === "throttle" && !hasBegun && isThrottled(terms, key)) {
        this.buckets.take(gate.counter, now, gate.rate);
      }
    }
    terms.flags |= RunFlag.begun;
  }

  #leave(counter: string): void {
    this.tally.add(counter, -1);
    if (this.tally.lines(counter) !== undefined) this.#stirred.add(counter);
  }
}

/** Whether a call that has not begun its run still has its throttles to pass. */
function isThrottled({ flags }: RunTerms, key: string): boolean {
  return key === START && (flags & RunFlag.passed) === 0;
}

/** The most that may pass, or null for any number: the function was registered again without this limit. */
function maxOf(
  gate: CountedGate & { level: "step" | "run" },
  limits: FunctionRules["limits"],
): number | null {
  return gate.rule === null || limits === null ? gate.max : (limits.get(gate.rule) ?? null);
}

/** Whose turn it is: within a function by score, between functions by age alone (14.6). */
function isBefore(one: Head, other: Head): boolean {
  const [ours, theirs] =
    one.terms.fn === other.terms.fn
      ? [one.terms.score, other.terms.score]
      : [one.terms.queuedAt, other.terms.queuedAt];
  if (ours !== theirs) return ours < theirs;
  if (one.terms.num !== other.terms.num) return one.terms.num < other.terms.num;
  return one.key < other.key;
}
