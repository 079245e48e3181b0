import type { StepId, WireError } from "@holdfast/protocol";
import { canonicalJson, hasEnded, LIMITS } from "@holdfast/protocol";
import type { JournalEntry, JournalKind, NewSignal, NewWait, QueueItem, RunRecord } from "#store";
import type { Decision, Terms, Verdict } from "./decision.ts";
import { deferredEvents } from "./deferred-events.ts";
import type { InternalEvent, TriggerEvent } from "./internal-event.ts";
import { triggerEvent } from "./internal-event.ts";
import type { Ending } from "./lifecycle-events.ts";
import { lifecycleEvents } from "./lifecycle-events.ts";
import type { ReportedOp } from "./reported-op.ts";
import type { Defer, PlannedStep, RunState } from "./run-state.ts";

/** How a step came to its memo, for the journal. */
export interface StepOrigin {
  readonly label: string | null;
  readonly op: string | null;
  readonly item: QueueItem;
  readonly startedAt: number | null;
}

/** A step that finishes later: what is queued for it, and what the journal says of it. */
export interface LaterStep {
  readonly kind: "step" | "sleep" | "wait" | "invoke" | "signal" | "gateway";
  readonly id: StepId;
  readonly label: string;
  readonly dueAt: number;
  readonly note: JournalKind &
    ("step.planned" | "step.sleeping" | "step.waiting" | "step.invoking" | "step.requesting");
  readonly op: string;
  /** JSON text of what the journal keeps beside, or null. */
  readonly data: string | null;
}

/** Items that are no work of the run's own: with nothing but these, it has nothing to wait for. */
const IDLE_KINDS: ReadonlySet<QueueItem["kind"]> = new Set(["cancel", "timeout"]);

/** Key of the item that ends a run whose time from its first call is over, and of that which ends one that never began. */
export const FINISH_TIMEOUT = "timeout:finish";
export const START_TIMEOUT = "timeout:start";

/**
 * The next state of a run while one decision is being made. Lives inside `decide` only: from outside, deciding is a
 * function from one state to another. Copies what it changes, once, when it first changes it.
 */
export class Draft {
  readonly now: number;
  run: RunRecord;
  /** The call whose answer is being applied, if it is one: the journal says which call ended the run. */
  call: { readonly item: QueueItem; readonly startedAt: number } | null = null;
  readonly terms: Terms;
  readonly #before: RunState;
  readonly #journal: JournalEntry[] = [];
  readonly #waits: NewWait[] = [];
  readonly #signals: NewSignal[] = [];
  readonly #emitted: InternalEvent[] = [];
  readonly #finished = new Set<string>();
  readonly #enqueued = new Map<string, QueueItem>();
  readonly #items: Map<string, QueueItem>;
  #steps: Map<StepId, string> | null = null;
  #inputs: Map<StepId, string> | null = null;
  #planned: Map<StepId, PlannedStep> | null = null;
  #defers: Map<StepId, Defer> | null = null;
  #trigger: TriggerEvent | null = null;
  #seq: number;
  #discovering = false;
  #changed = false;
  #adopted = false;

  constructor(before: RunState, terms: Terms, now: number) {
    this.#before = before;
    this.terms = terms;
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

  get defers(): ReadonlyMap<StepId, Defer> {
    return this.#defers ?? this.#before.defers;
  }

  /** The event that started the run, parsed when it is first asked for. */
  get trigger(): TriggerEvent {
    return (this.#trigger ??= triggerEvent(this.#before.events[0]));
  }

  /** Whether anything is queued that will take the run on. */
  get hasWork(): boolean {
    for (const item of this.#items.values()) if (!IDLE_KINDS.has(item.kind)) return true;
    return false;
  }

  /** What to show for a step that was reported earlier. */
  nameOf(id: StepId): string | null {
    return this.plan(id)?.name ?? null;
  }

  /** What is known of a step that was planned earlier. */
  plan(id: StepId): PlannedStep | null {
    return (this.#planned ?? this.#before.planned).get(id) ?? null;
  }

  /** Changes fields of the run. */
  set(fields: Partial<RunRecord>): void {
    this.run = { ...this.run, ...fields };
    this.#changed = true;
  }

  /** The app has been called: the run is no longer only scheduled, and the time it has to end begins. */
  begin(startedAt: number): void {
    if (this.run.startedAt !== null) return;
    this.set({ startedAt, status: "Running" });
    const startTimer = this.#items.get(START_TIMEOUT);
    if (startTimer !== undefined) this.finish(startTimer);
    if (this.terms.finishTimeoutMs !== null) {
      this.#queue("timeout", FINISH_TIMEOUT, null, startedAt + this.terms.finishTimeoutMs);
    }
  }

  /** Remembers a step's result. The first one stays: `false` when there is one already. */
  memoise(id: StepId, memo: string, kind: "step.completed" | "step.failed", origin: StepOrigin): boolean {
    if (this.steps.has(id)) return false;
    this.#steps ??= new Map(this.#before.steps);
    this.#steps.set(id, memo);
    if ((this.#inputs ?? this.#before.inputs).has(id)) {
      this.#inputs ??= new Map(this.#before.inputs);
      this.#inputs.delete(id);
    }
    this.set({
      stepCount: this.#steps.size,
      stateBytes: this.run.stateBytes + Buffer.byteLength(memo),
      pending: this.run.pending.filter((pending) => pending !== id),
    });
    this.note(kind, {
      stepId: id,
      name: origin.label,
      op: origin.op,
      attempt: origin.item.attempt,
      queuedAt: origin.item.enqueuedAt,
      startedAt: origin.startedAt,
      data: memo,
    });
    this.#supersede(id, origin.item);
    return true;
  }

  /** Whether the step that an item asks for has ended meanwhile, by another call that ran it as soon as it found it. */
  isSuperseded({ stepId }: QueueItem): boolean {
    return stepId !== null && this.steps.has(stepId);
  }

  /** A step that has ended is not called again. A call of it that is under way keeps its place until it ends. */
  #supersede(id: StepId, by: QueueItem): void {
    const queued = this.#items.get(`step:${id}`);
    if (queued === undefined || queued.key === by.key || this.terms.isUnderWay(queued)) return;
    this.finish(queued);
  }

  /** Queues what ends a step later, unless it is queued or finished already. */
  schedule(step: LaterStep): boolean {
    const key = `step:${step.id}`;
    if (this.steps.has(step.id) || this.#items.has(key)) return false;
    this.#planned ??= new Map(this.#before.planned);
    this.#planned.set(step.id, { name: step.label, data: step.data });
    this.#queue(step.kind, key, step.id, step.dueAt);
    this.note(step.note, { stepId: step.id, name: step.label, op: step.op, data: step.data });
    return true;
  }

  /** The run waits for an event from now on. */
  await(wait: NewWait): void {
    this.#waits.push(wait);
  }

  /** The run waits for a signal from now on. */
  awaitSignal(signal: NewSignal): void {
    this.#signals.push(signal);
  }

  /** An event that is stored with this decision. */
  emit(event: InternalEvent): void {
    this.#emitted.push(event);
    this.#changed = true;
  }

  /** Keeps the notes that came with an op. Too many of them are left out: a note is never worth a failed run. */
  annotate(op: ReportedOp): void {
    // What is remembered already is reported again: its notes are there.
    if (op.metadata === null || this.steps.has(op.id)) return;
    const bytes = Buffer.byteLength(op.metadata);
    if (bytes > LIMITS.metadataSpanBytes) return;
    this.set({ stateBytes: this.run.stateBytes + bytes });
    this.note("metadata", { stepId: op.id, name: op.label, op: op.op, data: op.metadata });
  }

  /** Adds or replaces a deferred function. */
  setDefer(id: StepId, defer: Defer): void {
    this.#defers ??= new Map(this.#before.defers);
    this.#defers.set(id, defer);
  }

  /**
   * Queues a discovery call. One per decision is enough: it will see everything that is remembered by then.
   * The cause is part of the item's key, so that the same cause never queues a second call.
   */
  discover(cause: string): void {
    const key = cause;
    if (this.#discovering || this.#items.has(key)) return;
    this.#discovering = true;
    this.#queue("discovery", key, null, this.now);
  }

  #queue(kind: QueueItem["kind"], key: string, stepId: StepId | null, dueAt: number): void {
    this.#enqueue({
      runId: this.run.id,
      key,
      kind,
      stepId,
      attempt: 0,
      generation: dueAt <= this.now ? 1 : 0,
      enqueuedAt: this.now,
      dueAt,
      cause: null,
    });
  }

  /**
   * Takes over what a lease changed: the store raised the item's generation when it handed it out, and knows already.
   * `false` when the run has no such item, or a later hand-out of it.
   */
  adopt(item: QueueItem): boolean {
    const known = this.#items.get(item.key);
    // A cancellation is queued by the store itself, when the event comes: the run hears of it here first.
    if (known === undefined && item.kind !== "cancel") return false;
    if (known !== undefined && known.generation > item.generation) return false;
    this.#items.set(item.key, {
      ...(known ?? item),
      generation: item.generation,
      dueAt: item.dueAt,
      cause: item.cause,
    });
    this.#adopted = true;
    return true;
  }

  /** The item's work is done. A step whose call said nothing of it is no longer waited for: nothing would end that wait. */
  finish(item: QueueItem): void {
    const { stepId } = item;
    if (stepId !== null && this.run.pending.includes(stepId)) {
      this.set({ pending: this.run.pending.filter((pending) => pending !== stepId) });
    }
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
    this.note("attempt.failed", {
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

  /** The item is due at another time. */
  postpone(item: QueueItem, dueAt: number): void {
    this.#enqueue({ ...item, dueAt });
  }

  /** Progress was made under this item: its attempts count from zero again. */
  resetAttempts(item: QueueItem): QueueItem {
    if (item.attempt === 0) return item;
    const fresh = { ...item, attempt: 0 };
    this.#enqueue(fresh);
    return fresh;
  }

  /**
   * The run reaches its one final status, says so in events, and starts what it deferred. `output` and `error` are JSON
   * text, or null.
   */
  end(ending: Ending, attempt: number, reason: string | null = null): void {
    const { status, output, error } = ending;
    const before = { ...this.#before, run: this.run, defers: this.defers };
    this.#emitted.push(
      ...lifecycleEvents(before, this.terms.slug, ending),
      ...deferredEvents(before, this.terms),
    );
    this.set({ status, endedAt: this.now, pending: [], forcePlan: false });
    const fields = [
      ...(error === null ? [] : [`"error":${error}`]),
      ...(output === null ? [] : [`"output":${output}`]),
      ...(reason === null ? [] : [`"reason":${canonicalJson(reason)}`]),
      `"status":"${status}"`,
    ];
    this.note("run.ended", {
      attempt,
      queuedAt: this.call?.item.enqueuedAt ?? null,
      startedAt: this.call?.startedAt ?? null,
      data: `{${fields.join(",")}}`,
    });
    this.#items.clear();
    this.#enqueued.clear();
    this.#finished.clear();
    this.#waits.length = 0;
    this.#signals.length = 0;
  }

  /** The run fails with this error. */
  fail(error: WireError, attempt: number): void {
    this.end({ status: "Failed", output: null, error: canonicalJson(error) }, attempt);
  }

  /** Why the run must not grow further, or null. */
  breach(): WireError | null {
    const stepCount =
      this.steps.size + [...this.#items.values()].filter((item) => item.stepId !== null).length;
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
      return {
        state,
        journal: [],
        finish: [],
        enqueue: [],
        waits: [],
        signals: [],
        emit: [],
        verdicts,
        changed: false,
      };
    }
    return {
      state: {
        run: this.run,
        events: this.#before.events,
        steps: this.steps,
        items: this.#items,
        inputs: this.#inputs ?? this.#before.inputs,
        planned: this.#planned ?? this.#before.planned,
        defers: this.defers,
        lastSeq: this.#seq,
      },
      journal: this.#journal,
      finish: [...this.#finished],
      enqueue: [...this.#enqueued.values()],
      waits: this.#waits,
      signals: this.#signals,
      emit: this.#emitted,
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

  /** Appends to the journal. */
  note(kind: JournalEntry["kind"], fields: Partial<JournalEntry>): void {
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
