import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import type { OpenResult } from "../contract.ts";
import type { Act } from "./act.ts";
import type { Admission } from "./admission.ts";
import { memoCause } from "./causes.ts";
import { isFinalCode, JOURNAL_ENDED, SKIPPED } from "./codes.ts";
import type { CommandReader } from "./commands.ts";
import type { RunTerms } from "./gates.ts";
import { decodeGates, rateLimitCounter, RunFlag } from "./gates.ts";
import { IdempotencyKeys } from "./idempotency-keys.ts";
import type { JournalWriter } from "./journal.ts";
import type { NewRunValues, RunOptions } from "./new-run.ts";
import { NO_OPTIONS, readNewRun, skipEntries } from "./new-run.ts";
import type { QueueItems } from "./queue-items.ts";
import { Singletons } from "./singletons.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolWriter } from "./symbols.ts";
import type { Waits } from "./waits.ts";

/** Outcomes by their number. */
export const OPEN_OUTCOMES: readonly OpenResult["outcome"][] = [
  "held",
  "opened",
  "skipped",
  "duplicate",
  "rate_limited",
];
const HELD = 0;
const OPENED = 1;
const WAS_SKIPPED = 2;
const DUPLICATE = 3;
const RATE_LIMITED = 4;

/** The memo of an invoke whose run is refused by a rate limit (wire-protocol 15.2). */
const RATE_LIMITED_MEMO = '{"error":{"message":"invoked function is rate limited","name":"Error"}}';

export interface OpenRunsDeps {
  readonly db: DatabaseSync;
  readonly symbols: SymbolWriter;
  readonly admission: Admission;
  readonly items: QueueItems;
  readonly waits: Waits;
  readonly journal: JournalWriter;
}

/** Why a run is stored without ever being called. */
interface Skip {
  readonly reason: "FunctionPaused" | "Singleton";
  readonly blockedBy: string | null;
}

/** Opens runs, whoever asks for them: an event, a gathering, a repetition, another run. */
export class OpenRuns {
  readonly singletons: Singletons;
  readonly #deps: OpenRunsDeps;
  readonly #keys: IdempotencyKeys;
  readonly #insertPlain: Statement;
  readonly #insertRun: Statement;
  readonly #insertEvent: Statement;

  constructor(deps: OpenRunsDeps) {
    const { db } = deps;
    this.#deps = deps;
    this.#keys = new IdempotencyKeys(db);
    this.singletons = new Singletons(db, deps.items);
    const columns = `environment, function, id, function_version, event_id, status, queued_at, started_at,
      ended_at, request_version, force_plan, pending, step_count, state_bytes, revision, journal_length`;
    const marks = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";
    this.#insertPlain = prepare(db, `INSERT INTO runs (${columns}) VALUES (${marks})`);
    this.#insertRun = prepare(
      db,
      `INSERT INTO runs (${columns}, batch_id, original_run, gates, priority_ms, flags)
       VALUES (${marks}, ?, ?, ?, ?, ?)`,
    );
    this.#insertEvent = prepare(db, "INSERT INTO run_events (run, position, event_id) VALUES (?, ?, ?)");
  }

  /** Reads a run to its end in any case, so that what follows is found; opens it only if `isWanted`. */
  open(act: Act, reader: CommandReader, isWanted: boolean, answer: Value[]): void {
    const run = readNewRun(reader);
    const { entryCount, singleton } = run.options;
    if (!isWanted) {
      skipEntries(reader, entryCount);
      answer.push(DUPLICATE, null);
      return;
    }
    // It comes with a queue item, and an ended run has none: a rule that is checked at the next start.
    if (isFinalCode(run.status)) {
      throw new HoldfastError("store_refused", `Cannot open run "${run.id}": it has ended already.`);
    }
    const fn = this.#deps.symbols.number(run.functionId);
    const refused = this.#refusal(act, run, fn);
    if (refused !== null) {
      skipEntries(reader, entryCount);
      answer.push(...refused);
      return;
    }
    const skip = this.#skip(run, fn);
    if (skip !== null) {
      this.#storeSkipped(act, reader, run, fn, skip);
      answer.push(WAS_SKIPPED, skip.blockedBy);
      return;
    }
    if (singleton !== null) this.singletons.supersede(act, fn, singleton.key);
    answer.push(this.#store(act, reader, run, fn) ? HELD : OPENED, null);
  }

  /** Takes one of a rate limit, where there is one. `false`: it has no room, and an invoke that asked is told. */
  isWithinRate(act: Act, { correlation, rateLimit }: Pick<RunOptions, "correlation" | "rateLimit">): boolean {
    if (rateLimit === null) return true;
    const { counter, limit, periodMs } = rateLimit;
    // The burst is fixed (14.3).
    const rate = { limit, periodMs, burst: Math.floor(limit / 10) };
    const isTaken = this.#deps.admission.buckets.take(rateLimitCounter(counter), act.now, rate);
    if (!isTaken) this.#tellInvoke(act, correlation);
    return isTaken;
  }

  /** Sweeps what was only kept for a time, if enough was added since. */
  sweep(now: number): void {
    this.#keys.sweep(now);
    this.#deps.admission.buckets.sweep(now);
  }

  /** Why nothing is to be stored, as an answer, or null. Takes the run's idempotency key and its place in the rate. */
  #refusal(
    act: Act,
    run: NewRunValues,
    fn: number,
  ): readonly [outcome: number, existing: string | null] | null {
    const { idempotencyKey: key, idempotencyExpiresAt: expiresAt } = run;
    if (key !== null && !this.#keys.claim(fn, key, expiresAt, run.id, act.now)) {
      return [DUPLICATE, this.#keys.holder(fn, key)];
    }
    if (this.isWithinRate(act, run.options)) return null;
    if (key !== null) this.#keys.release(fn, key);
    return [RATE_LIMITED, null];
  }

  #tellInvoke(act: Act, correlation: string | null): void {
    const dot = correlation?.indexOf(".") ?? -1;
    if (correlation === null || dot < 0) return;
    const cause = memoCause(RATE_LIMITED_MEMO);
    const woken = this.#deps.items.wakeInvoke(
      act,
      correlation.slice(0, dot),
      correlation.slice(dot + 1),
      cause,
    );
    if (woken !== null) this.#deps.waits.drop(woken.run, woken.key);
  }

  #skip(run: NewRunValues, fn: number): Skip | null {
    if (this.#deps.admission.functions.of(fn).isPaused) return { reason: "FunctionPaused", blockedBy: null };
    const { singleton } = run.options;
    if (singleton?.isSkip !== true) return null;
    const blockedBy = this.singletons.current(fn, singleton.key);
    return blockedBy === null ? null : { reason: "Singleton", blockedBy };
  }

  #storeSkipped(act: Act, reader: CommandReader, run: NewRunValues, fn: number, skip: Skip): void {
    const { entryCount, eventIds } = run.options;
    const options = { ...run.options, gates: null };
    const skipped = { ...run, options, status: SKIPPED, endedAt: act.now };
    const num = this.#insert(skipped, fn, entryCount + 1, eventIds.length > 0 ? RunFlag.many : 0);
    this.#storeEvents(num, eventIds);
    this.#append(reader, skipped, num);
    const blockedBy = skip.blockedBy === null ? "" : `"blockedBy":${JSON.stringify(skip.blockedBy)},`;
    const data = `{${blockedBy}"reason":"${skip.reason}","status":"Skipped"}`;
    this.#deps.journal.note(num, entryCount + 1, JOURNAL_ENDED, act.now, data);
  }

  /** `true`: the act's session holds the run's first item. */
  #store(act: Act, reader: CommandReader, run: NewRunValues, fn: number): boolean {
    const { items, waits, symbols } = this.#deps;
    const { options, item } = run;
    const terms = {
      num: Infinity,
      fn,
      score: run.queuedAt - options.priorityMs,
      queuedAt: run.queuedAt,
      gates: decodeGates(options.gates, fn),
      flags:
        (options.cancels.length > 0 ? RunFlag.waits : 0) | (options.eventIds.length > 0 ? RunFlag.many : 0),
    };
    // Before the row is written, which then has the flags right.
    const line = items.admit(act, terms, item);
    const num = this.#insert(run, fn, options.entryCount, terms.flags);
    const stored: RunTerms = { ...terms, num };
    const isHeld = items.insert(act, stored, item, line);
    if (options === NO_OPTIONS) return isHeld;
    for (const timer of options.timers) items.put(act, stored, timer);
    if (options.singleton !== null) this.singletons.put(fn, options.singleton.key, num);
    this.#storeEvents(num, options.eventIds);
    const waiting = { num, id: run.id, eventId: run.eventId, flags: terms.flags };
    for (const wait of options.cancels) {
      waits.insert(act, symbols.number(run.environment), waiting, wait);
    }
    this.#append(reader, run, num);
    return isHeld;
  }

  #append(reader: CommandReader, run: NewRunValues, num: number): void {
    for (let seq = 1; seq <= run.options.entryCount; seq++) {
      this.#deps.journal.append(reader, run.id, num, seq);
    }
  }

  #storeEvents(num: number, eventIds: readonly string[]): void {
    for (const [position, eventId] of eventIds.entries()) this.#insertEvent.run(num, position, eventId);
  }

  #insert(run: NewRunValues, fn: number, journalLength: number, flags: number): number {
    const { options } = run;
    const values: readonly Value[] = [
      this.#deps.symbols.number(run.environment),
      fn,
      run.id,
      run.functionVersion,
      run.eventId,
      run.status,
      run.queuedAt,
      run.startedAt,
      run.endedAt,
      run.requestVersion,
      run.forcePlan,
      run.pending,
      run.stepCount,
      run.stateBytes,
      run.revision,
      journalLength,
    ];
    if (options === NO_OPTIONS) return this.#insertPlain.run(...values).lastInsertRowid;
    const { batchId, originalRunId, gates, priorityMs } = options;
    return this.#insertRun.run(...values, batchId, originalRunId, gates, priorityMs, flags).lastInsertRowid;
  }
}
