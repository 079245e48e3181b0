import type { RunId, StepId } from "@holdfast/protocol";
import { hasEnded } from "@holdfast/protocol";
import type { OpenResult } from "../contract.ts";
import type { JournalEntry, NewRun } from "../records.ts";
import type { Act } from "./act.ts";
import type { Functions } from "./functions.ts";
import type { IdempotencyKeys } from "./idempotency-keys.ts";
import type { Queue } from "./queue.ts";
import type { QueueItems } from "./queue-items.ts";
import type { Rates } from "./rates.ts";
import { refusal } from "./refusal.ts";
import type { Runs } from "./runs.ts";
import type { Singletons } from "./singletons.ts";
import type { Waits } from "./waits.ts";

/** The memo of an invoke whose run is refused by a rate limit (15.2). */
const RATE_LIMITED_MEMO = '{"error":{"message":"invoked function is rate limited","name":"Error"}}';

export interface OpenRunsRooms {
  readonly functions: Functions;
  readonly items: QueueItems;
  readonly keys: IdempotencyKeys;
  readonly queue: Queue;
  readonly rates: Rates;
  readonly runs: Runs;
  readonly singletons: Singletons;
  readonly waits: Waits;
}

/** Opens runs, whoever asks for them: an event, a gathering, a repetition, another run. */
export class OpenRuns {
  readonly #rooms: OpenRunsRooms;

  constructor(rooms: OpenRunsRooms) {
    this.#rooms = rooms;
  }

  /** Each question that decides what becomes of a new run, in the order of the contract. */
  open(act: Act, newRun: NewRun): OpenResult {
    const { functions, keys, singletons } = this.#rooms;
    const { run, singleton } = newRun;
    if (hasEnded(run.status)) throw refusal(`Cannot open run "${run.id}": it has ended already.`);
    const existing = keys.holder(newRun, act.now);
    if (existing !== null) return { outcome: "duplicate", existing };
    if (!this.isWithinRate(act, newRun)) return { outcome: "rate_limited", existing: null };
    keys.take(newRun);
    if (functions.paused.has(run.functionId)) return this.#skip(act, newRun, "FunctionPaused", null);
    const current = singleton === null ? null : singletons.current(run.functionId, singleton.key);
    if (current !== null && singleton?.mode === "skip") return this.#skip(act, newRun, "Singleton", current);
    if (current !== null) singletons.supersede(act, current);
    return { outcome: this.#store(act, newRun) ? "held" : "opened", existing: null };
  }

  /** Takes one of a rate limit, where there is one. `false`: it has no room, and an invoke that asked is told. */
  isWithinRate(act: Act, { rateLimit, correlation }: Pick<NewRun, "rateLimit" | "correlation">): boolean {
    if (rateLimit === null) return true;
    const { counter, limit, periodMs } = rateLimit;
    // The burst is fixed (14.3).
    const rate = { limit, periodMs, burst: Math.floor(limit / 10) };
    const isTaken = this.#rooms.rates.take(`rate/${counter}`, act.now, rate);
    if (!isTaken && correlation !== null) this.#tellInvoke(act, correlation);
    return isTaken;
  }

  /** Wakes the step that asked for the run, if it still waits. */
  #tellInvoke(act: Act, correlation: string): void {
    const { items, waits } = this.#rooms;
    // `<run>.<step>`, as the record says.
    const [runId, stepId] = correlation.split(".") as [RunId, StepId | undefined];
    const invoke = items.of(runId).find(({ item }) => item.kind === "invoke" && item.stepId === stepId);
    if (invoke === undefined) return;
    const { key } = invoke.item;
    if (items.wake(act, runId, key, { kind: "memo", memo: RATE_LIMITED_MEMO })) waits.drop(runId, key);
  }

  /** Stores a run that is never called. */
  #skip(act: Act, newRun: NewRun, reason: string, existing: RunId | null): OpenResult {
    const { run, journal } = newRun;
    const blockedBy = existing === null ? "" : `"blockedBy":"${existing}",`;
    const end: JournalEntry = {
      seq: journal.length + 1,
      kind: "run.ended",
      at: act.now,
      stepId: null,
      name: null,
      op: null,
      attempt: 0,
      queuedAt: null,
      startedAt: null,
      data: `{${blockedBy}"reason":"${reason}","status":"Skipped"}`,
    };
    const record = { ...run, status: "Skipped", endedAt: act.now } as const;
    this.#add({ ...newRun, run: record, journal: [...journal, end], gates: [], singleton: null });
    return { outcome: "skipped", existing };
  }

  /** `true`: the act's session holds the run's first item. */
  #store(act: Act, newRun: NewRun): boolean {
    const { queue, singletons, waits } = this.#rooms;
    const { run, singleton } = newRun;
    const stored = this.#add(newRun);
    if (singleton !== null) singletons.put(run.functionId, singleton.key, run.id);
    const isHeld = queue.put(act, newRun.item);
    for (const timer of newRun.timers) queue.put(act, timer);
    for (const wait of newRun.cancels) waits.add(act, stored, wait);
    return isHeld;
  }

  #add({ run, eventIds, journal, gates, singleton, priorityMs }: NewRun) {
    return this.#rooms.runs.add({
      record: run,
      eventIds: eventIds.length > 1 ? eventIds : [run.eventId],
      journal,
      gates,
      singletonKey: singleton?.key ?? null,
      queuedAt: run.queuedAt,
      score: run.queuedAt - priorityMs,
      hasBegun: false,
      hasPassed: false,
      wasCalled: false,
    });
  }
}
