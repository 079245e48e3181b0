import type { RunStatus, StepId, WireError } from "@holdfast/protocol";
import { canonicalJson, hasEnded, LIMITS } from "@holdfast/protocol";
import type { JournalEntry, QueueItem, QueueItemKind, RunRecord } from "#store";
import type { Decision, Verdict } from "./decision.ts";
import type { RunState } from "./run-state.ts";

/** How a step came to its memo, for the journal. */
export interface StepOrigin {
  readonly label: string | null;
  readonly op: string | null;
  readonly item: QueueItem;
  readonly startedAt: number | null;
}

/**
 * The next state of a run while one decision is being made. Lives inside `decide` only: from outside, deciding is a
 * function from one state to another. Copies what it changes, once, when it first changes it.
 */
export class Draft {
  readonly now: number;
  run: RunRecord;
  readonly #before: RunState;
  readonly #journal: JournalEntry[] = [];
  readonly #finished = new Set<string>();
  readonly #enqueued = new Map<string, QueueItem>();
  readonly #items: Map<string, QueueItem>;
  #steps: Map<StepId, string> | null = null;
  #names: Map<StepId, string> | null = null;
  #seq: number;
  #discovering = false;
  #changed = false;
  #adopted = false;

  constructor(before: RunState, now: number) {
    this.#before = before;
    this.now = now;
    this.run = before.run;
    this.#items = new Map(before.items);
    this.#seq = before.lastSeq;
  }

  get ended(): boolean {
    return hasEnded(this.run.status);
  }

  get steps(): ReadonlyMap<StepId, string> {
    return this.#steps ?? this.#before.steps;
  }

  get items(): ReadonlyMap<string, QueueItem> {
    return this.#items;
  }

  /** What to show for a step that was reported earlier. */
  nameOf(id: StepId): string | null {
    return (this.#names ?? this.#before.names).get(id) ?? null;
  }

  /** Changes fields of the run. */
  set(fields: Partial<RunRecord>): void {
    this.run = { ...this.run, ...fields };
    this.#changed = true;
  }

  /** The app has been called: the run is no longer only scheduled. */
  begin(startedAt: number): void {
    if (this.run.startedAt === null) this.set({ startedAt, status: "Running" });
  }

  /** Remembers a step's result. The first one stays: `false` when there is one already. */
  memoise(id: StepId, memo: string, kind: "step.completed" | "step.failed", origin: StepOrigin): boolean {
    if (this.steps.has(id)) return false;
    this.#steps ??= new Map(this.#before.steps);
    this.#steps.set(id, memo);
    this.set({
      stepCount: this.#steps.size,
      stateBytes: this.run.stateBytes + Buffer.byteLength(memo),
      pending: this.run.pending.filter((pending) => pending !== id),
    });
    this.#note(kind, {
      stepId: id,
      name: origin.label,
      op: origin.op,
      attempt: origin.item.attempt,
      queuedAt: origin.item.enqueuedAt,
      startedAt: origin.startedAt,
      data: memo,
    });
    return true;
  }

  /** Queues a planned step, or the end of a sleep, unless it is queued or finished already. */
  schedule(kind: Exclude<QueueItemKind, "discovery">, id: StepId, label: string, dueAt: number): boolean {
    const key = `step:${id}`;
    if (this.steps.has(id) || this.#items.has(key)) return false;
    this.#names ??= new Map(this.#before.names);
    this.#names.set(id, label);
    this.#enqueue({
      runId: this.run.id,
      key,
      kind,
      stepId: id,
      attempt: 0,
      generation: dueAt <= this.now ? 1 : 0,
      enqueuedAt: this.now,
      dueAt,
    });
    if (kind === "sleep") {
      this.#note("step.sleeping", { stepId: id, name: label, op: "Sleep", data: `{"until":${dueAt}}` });
    } else {
      this.#note("step.planned", { stepId: id, name: label, op: "StepPlanned" });
    }
    return true;
  }

  /**
   * Queues a discovery call. One per decision is enough: it will see everything that is remembered by then.
   * The cause is part of the item's key, so that the same cause never queues a second call.
   */
  discover(cause: string): void {
    const key = cause;
    if (this.#discovering || this.#items.has(key)) return;
    this.#discovering = true;
    this.#enqueue({
      runId: this.run.id,
      key,
      kind: "discovery",
      stepId: null,
      attempt: 0,
      generation: 1,
      enqueuedAt: this.now,
      dueAt: this.now,
    });
  }

  /**
   * Takes over what a lease changed: the store raised the item's generation when it handed it out, and knows already.
   * `false` when the run has no such item, or a later hand-out of it.
   */
  adopt(item: QueueItem): boolean {
    const known = this.#items.get(item.key);
    if (known === undefined || known.generation > item.generation) return false;
    this.#items.set(item.key, { ...known, generation: item.generation });
    this.#adopted = true;
    return true;
  }

  /** The item's work is done. */
  finish(item: QueueItem): void {
    this.#items.delete(item.key);
    // An item of this very decision never reached the queue.
    if (!this.#enqueued.delete(item.key) || this.#before.items.has(item.key)) this.#finished.add(item.key);
    this.#changed = true;
  }

  /** The item failed and is queued again, as itself, one attempt later. */
  retry(
    item: QueueItem,
    error: WireError,
    dueAt: number,
    startedAt: number | null,
    label: string | null,
  ): void {
    this.#note("attempt.failed", {
      stepId: item.stepId,
      name: label,
      op: null,
      attempt: item.attempt,
      queuedAt: item.enqueuedAt,
      startedAt,
      data: canonicalJson({ error, retryAt: dueAt }),
    });
    this.#enqueue({
      ...item,
      attempt: item.attempt + 1,
      generation: dueAt <= this.now ? item.generation + 1 : item.generation,
      dueAt,
    });
  }

  /** Progress was made under this item: its attempts count from zero again. */
  resetAttempts(item: QueueItem): QueueItem {
    if (item.attempt === 0) return item;
    const fresh = { ...item, attempt: 0 };
    this.#enqueue(fresh);
    return fresh;
  }

  /** The run reaches its one final status. `result` is `"output":…` or `"error":…` as JSON text, or nothing. */
  end(
    status: RunStatus & ("Completed" | "Failed" | "Cancelled"),
    result: string | null,
    attempt: number,
  ): void {
    this.set({ status, endedAt: this.now, pending: [], forcePlan: false });
    const fields = [...(result === null ? [] : [result]), `"status":"${status}"`];
    this.#note("run.ended", { attempt, data: `{${fields.join(",")}}` });
    this.#items.clear();
    this.#enqueued.clear();
    this.#finished.clear();
  }

  /** The run fails with this error. */
  fail(error: WireError, attempt: number): void {
    this.end("Failed", `"error":${canonicalJson(error)}`, attempt);
  }

  /** Why the run must not grow further, or null. */
  breach(): WireError | null {
    const stepCount =
      this.steps.size + [...this.#items.values()].filter((item) => item.kind !== "discovery").length;
    if (stepCount > LIMITS.stepsPerRunCount) {
      return {
        name: "InngestErrFunctionOverflowed",
        message: `The function run exceeded the step limit of ${LIMITS.stepsPerRunCount} steps.`,
      };
    }
    if (this.run.stateBytes > LIMITS.runStateBytes) {
      return {
        name: "InngestErrStateOverflowed",
        message: `The function run exceeded the state size limit of ${LIMITS.runStateBytes} bytes.`,
      };
    }
    return null;
  }

  /** What should change, all told. */
  decision(verdicts: readonly Verdict[]): Decision {
    if (!this.#changed) {
      const state = this.#adopted ? { ...this.#before, items: this.#items } : this.#before;
      return { state, journal: [], finish: [], enqueue: [], verdicts, changed: false };
    }
    return {
      state: {
        run: this.run,
        events: this.#before.events,
        steps: this.steps,
        items: this.#items,
        names: this.#names ?? this.#before.names,
        lastSeq: this.#seq,
      },
      journal: this.#journal,
      finish: [...this.#finished],
      enqueue: [...this.#enqueued.values()],
      verdicts,
      changed: true,
    };
  }

  #enqueue(item: QueueItem): void {
    this.#items.set(item.key, item);
    this.#enqueued.set(item.key, item);
    this.#finished.delete(item.key);
    this.#changed = true;
  }

  #note(kind: JournalEntry["kind"], fields: Partial<JournalEntry>): void {
    this.#seq += 1;
    this.#changed = true;
    this.#journal.push({
      seq: this.#seq,
      kind,
      at: this.now,
      stepId: null,
      name: null,
      op: null,
      attempt: 0,
      queuedAt: null,
      startedAt: null,
      data: null,
      ...fields,
    });
  }
}
