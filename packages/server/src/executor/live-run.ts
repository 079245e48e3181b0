import { isHoldfastError } from "@holdfast/protocol";
import type { RunId } from "@holdfast/protocol";
import type { Clock, Log } from "#kernel";
import type { Queue } from "#queue";
import type { Realtime, Update } from "#realtime";
import type { NewEvent, QueueItem, RunSnapshot, RunStore } from "#store";
import type { Emitter } from "./contract.ts";
import { decide } from "./decide.ts";
import type { Decision, Input, Terms, Verdict } from "./decision.ts";
import type { RunState } from "./run-state.ts";
import { runState } from "./run-state.ts";

export interface LiveRunDeps {
  readonly runs: RunStore;
  readonly queue: Queue;
  readonly realtime: Realtime;
  readonly clock: Clock;
  readonly log: Log;
  readonly emitter: Emitter;
  /** Rules of a run's function, looked up when a decision is made. */
  terms(state: RunState): Omit<Terms, "signalsTaken" | "isUnderWay">;
}

/** Longest pause before a failed commit is tried again. */
const COMMIT_RETRY_MS_MAX = 5000;

/**
 * A run that this process is working on. Everything that happens to it goes through one mailbox: what arrives while a
 * commit is under way waits, and is then decided together, so that ten results which arrive at once share one commit.
 *
 * The state kept here is a copy of what the store holds, at a known revision. If another process moved the run on, the
 * store refuses the commit; the run is loaded again and the same inputs are decided again.
 */
export class LiveRun {
  readonly id: RunId;
  #state: RunState;
  readonly #deps: LiveRunDeps;
  /** A letter without input asks to read the run again. */
  readonly #mailbox: { readonly input: Input | null; readonly settle: (verdict: Verdict) => void }[] = [];
  #draining = false;
  /** Generation of each item that is being worked on. */
  readonly #underWay = new Map<string, number>();
  /** Works under way for this run, and items handed to the queue that were not begun: while there are any, the run stays. */
  users = 0;
  readonly offered = new Set<string>();

  constructor(snapshot: RunSnapshot, deps: LiveRunDeps) {
    this.id = snapshot.run.id;
    this.#state = runState(snapshot);
    this.#deps = deps;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Whether nothing keeps the run in memory. */
  get idle(): boolean {
    return this.users === 0 && this.offered.size === 0 && !this.#draining;
  }

  /** Tells the run what happened. Resolves once the consequence is on disk, or the input turned out to have none. */
  submit(input: Input): Promise<Verdict> {
    return this.#post(input);
  }

  #post(input: Input | null): Promise<Verdict> {
    return new Promise((settle) => {
      this.#mailbox.push({ input, settle });
      if (this.#draining) return;
      this.#draining = true;
      // Not before the turn is over: inputs of the same turn are decided together.
      queueMicrotask(() => void this.#drain());
    });
  }

  async #drain(): Promise<void> {
    while (this.#mailbox.length > 0) {
      const letters = this.#mailbox.splice(0);
      if (letters.some((letter) => letter.input === null)) await this.#reread();
      const inputs = letters.flatMap((letter) => letter.input ?? []);
      const verdicts = (inputs.length === 0 ? [] : await this.#step(inputs)).values();
      // With the answer of a call its work is over, before whoever made the call has heard.
      for (const input of inputs) {
        if (input.kind === "reply" || input.kind === "gateway") this.#over(input.itemKey, input.generation);
      }
      for (const { input, settle } of letters) {
        settle(input === null ? { kind: "applied" } : (verdicts.next().value ?? { kind: "stale" }));
      }
    }
    this.#draining = false;
  }

  /** Decides and commits, until the store takes the decision. */
  async #step(inputs: readonly Input[]): Promise<readonly Verdict[]> {
    const signalsTaken = new Set<string>();
    for (let failures = 0; ;) {
      const now = this.#deps.clock.now();
      const decision = this.#decide(inputs, signalsTaken, now);
      if (!decision.changed) {
        // A lease that was taken over is in the store already.
        this.#state = decision.state;
        return decision.verdicts;
      }
      let emit: readonly NewEvent[] = [];
      try {
        emit = this.#deps.emitter.prepare(decision.emit, now);
        const audit = inputs.flatMap((input, index) =>
          decision.verdicts[index]?.kind === "applied" && "audit" in input ? (input.audit ?? []) : [],
        );
        const result = await this.#deps.runs.advance({
          ...(audit.length === 0 ? {} : { audit }),
          runId: this.id,
          expectedRevision: this.#state.run.revision,
          run: decision.state.run,
          journal: decision.journal,
          finish: decision.finish,
          enqueue: decision.enqueue,
          waits: decision.waits,
          signals: decision.signals,
          emit,
          session: this.#deps.queue.session,
          now,
        });
        switch (result.kind) {
          case "committed":
            this.#committed(decision, result.held, now);
            this.#deps.emitter.settle(emit, result.emitted, now);
            return decision.verdicts;
          case "signal_taken":
            signalsTaken.add(result.signal);
            continue;
          case "conflict":
            if (await this.#reload()) continue;
            return inputs.map(() => ({ kind: "ended" }));
          case "unknown":
            return inputs.map(() => ({ kind: "ended" }));
        }
      } catch (error) {
        if (isHoldfastError(error, "store_closed")) return inputs.map(() => ({ kind: "stale" }));
        if (isHoldfastError(error) && !error.retriable) {
          this.#deps.log.error(
            { run: this.id, code: error.code, error: error.message },
            "the store refused what was decided for a run",
          );
          await this.#reload().catch(() => null);
          return inputs.map(() => ({ kind: "stale" }));
        }
        failures += 1;
        const delayMs = Math.min(COMMIT_RETRY_MS_MAX, 100 * 2 ** failures);
        this.#deps.log.error(
          { run: this.id, error: String(error), delayMs },
          "a run could not be committed; trying again",
        );
        await new Promise<void>((resume) => this.#deps.clock.after(delayMs, resume));
        // The failed commit may have reached the disk after all: only the store knows.
        const held = await this.#reload().catch(() => null);
        if (held !== null) this.#resume(decision.enqueue, held);
        await this.#takeUp(emit);
      }
    }
  }

  /** A decision that cannot be made is a defect of ours. It must cost the call its attempt, not the run its life. */
  #decide(inputs: readonly Input[], signalsTaken: ReadonlySet<string>, now: number): Decision {
    const terms: Terms = {
      ...this.#deps.terms(this.#state),
      signalsTaken,
      isUnderWay: ({ generation, key }) => this.#underWay.get(key) === generation,
    };
    try {
      return decide(this.#state, inputs, terms, now);
    } catch (fault) {
      this.#deps.log.error(
        { run: this.id, error: String(fault) },
        "a decision failed; the attempt is counted as failed",
      );
      const message =
        "Holdfast could not process the answer. The server's log has the details under this run's id.";
      return decide(
        this.#state,
        inputs.map((input): Input => {
          if (input.kind === "checkpoint" || input.kind === "endpoint") return { ...input, ops: [] };
          const error = { name: "internal_error", message };
          if (input.kind === "gateway") {
            return { ...input, reply: { kind: "failed", error, isFinal: false } };
          }
          if (input.kind !== "reply") return input;
          return { ...input, reply: { kind: "failed", error, noRetry: false, retryAt: null } };
        }),
        terms,
        now,
      );
    }
  }

  /**
   * After a doubtful commit: what it queued and left in our hands is taken up. Other items that are held came by a lease,
   * ours or another process's: whoever was handed one has it still.
   */
  #resume(queued: readonly QueueItem[], held: readonly string[]): void {
    this.#offer(
      queued.filter(
        ({ key, generation }) =>
          held.includes(key) &&
          !this.offered.has(key) &&
          this.#state.items.get(key)?.generation === generation,
      ),
    );
  }

  /** After a doubtful commit: runs that its events may have started, and whose first calls are then ours to make. */
  async #takeUp(emit: readonly NewEvent[]): Promise<void> {
    for (const { run } of emit.flatMap(({ runs }) => runs)) {
      const snapshot = await this.#deps.runs.load(run.id).catch(() => null);
      if (snapshot === null) continue;
      const { functionId } = snapshot.run;
      const ours = snapshot.items.filter(({ key }) => snapshot.held.includes(key));
      if (ours.length > 0) {
        this.#deps.queue.offer(ours.map((item) => ({ item, functionId, snapshot })));
      }
    }
  }

  /** Reads the run again. The keys of its items that somebody holds, or null when it is gone. */
  async #reload(): Promise<readonly string[] | null> {
    const snapshot = await this.#deps.runs.load(this.id);
    if (snapshot === null) return null;
    this.#state = runState(snapshot);
    return snapshot.held;
  }

  /** The decision is on disk: take it on, tell who follows, and pass on the work it made. */
  #committed(decision: Decision, held: ReadonlySet<string>, now: number): void {
    const { run } = decision.state;
    this.#state = { ...decision.state, run: { ...run, revision: run.revision + 1 } };
    if (this.#deps.realtime.followed) {
      this.#deps.realtime.publish(
        decision.journal.map((entry): Update => ({
          kind: "journal",
          runId: run.id,
          functionId: run.functionId,
          eventId: run.eventId,
          entry,
        })),
      );
    }
    for (const item of decision.enqueue) {
      if (item.dueAt > now) this.#deps.queue.expect(item.dueAt);
    }
    // What is due and not held waits for room under a limit; the store says when it has some.
    this.#offer(decision.enqueue.filter((item) => held.has(item.key)));
  }

  /** Hands due work to the queue: all but the item being worked on, which may have been put back with fresh attempts. */
  #offer(items: readonly QueueItem[]): void {
    const due = items.filter((item) => this.#underWay.get(item.key) !== item.generation);
    for (const item of due) this.offered.add(item.key);
    if (due.length > 0) {
      const { functionId } = this.#state.run;
      this.#deps.queue.offer(due.map((item) => ({ item, functionId, snapshot: null })));
    }
  }

  /**
   * Reads the run again, in its turn among the decisions. Needed when the store has handed out an item: a lease raises
   * the item's generation without moving the run on, so this copy may know the item under an older one, or not at all.
   */
  async refresh(): Promise<void> {
    await this.#post(null);
  }

  /** Reads the run again, until the store answers: whoever asks holds an item that nobody else would take up. */
  async #reread(): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#reload();
        return;
      } catch (error) {
        if (isHoldfastError(error, "store_closed")) return;
        const delayMs = Math.min(COMMIT_RETRY_MS_MAX, 100 * 2 ** failures);
        this.#deps.log.error(
          { run: this.id, error: String(error), delayMs },
          "a run could not be read; trying again",
        );
        await new Promise<void>((resume) => this.#deps.clock.after(delayMs, resume));
      }
    }
  }

  /** Whether an item of this run is being worked on now. */
  get isUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** An item of this run is being worked on. */
  begin(key: string, generation: number): void {
    this.users += 1;
    this.offered.delete(key);
    this.#underWay.set(key, generation);
  }

  /** The work on the item ended. */
  end(key: string, generation: number): void {
    this.users -= 1;
    this.#over(key, generation);
  }

  #over(key: string, generation: number): void {
    if (this.#underWay.get(key) === generation) this.#underWay.delete(key);
  }
}
