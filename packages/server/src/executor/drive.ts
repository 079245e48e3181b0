import type { RunId } from "@holdfast/protocol";
import { hasEnded, isHoldfastError, parseOps } from "@holdfast/protocol";
import type { Egress } from "#egress";
import type { Clock, Ids, Log, Random } from "#kernel";
import type { Keys } from "#keys";
import type { Queue, Work } from "#queue";
import type { Realtime } from "#realtime";
import type { FunctionDefinition, Registry } from "#registry";
import type { RunSnapshot, RunStore } from "#store";
import type { RetryPolicy } from "./backoff.ts";
import { createHttpCaller } from "./call.ts";
import { memoFields } from "./call-request.ts";
import type { CheckpointOutcome, CheckpointRequest, Executor } from "./contract.ts";
import type { Terms } from "./decision.ts";
import type { LiveRunDeps } from "./live-run.ts";
import { LiveRun } from "./live-run.ts";
import { readReply } from "./reply.ts";
import type { ReportedOp } from "./reported-op.ts";
import { reportedOps } from "./reported-op.ts";
import type { RunState } from "./run-state.ts";

export interface ExecutorDeps {
  readonly runs: RunStore;
  readonly registry: Registry;
  readonly queue: Queue;
  readonly realtime: Realtime;
  readonly egress: Egress;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  readonly retry: RetryPolicy;
  readonly serverKind: string;
}

/** Builds the executor; it takes no work before `start`. */
export function createExecutor(deps: ExecutorDeps): Executor {
  const caller = createHttpCaller(deps);
  const live = new Map<RunId, LiveRun>();
  const opening = new Map<RunId, Promise<LiveRun | null>>();
  const stopping = new AbortController();

  const terms = (state: RunState): Terms => ({
    attemptsMax: deps.registry.function(state.run.functionId)?.attemptsMax ?? 1,
    retry: deps.retry,
  });
  const liveDeps: LiveRunDeps = { ...deps, terms };

  /** The run as this process works on it: in memory already, given along with the work, or loaded. One instance at most. */
  async function open(id: RunId, given: RunSnapshot | null): Promise<LiveRun | null> {
    const known = live.get(id);
    if (known !== undefined) return known;
    if (given !== null) return adopt(given);
    let pending = opening.get(id);
    if (pending === undefined) {
      pending = deps.runs
        .load(id)
        .then((snapshot) => (snapshot === null ? null : (live.get(id) ?? adopt(snapshot))));
      opening.set(id, pending);
      const settled = (): boolean => opening.delete(id);
      pending.then(settled, settled);
    }
    return pending;
  }

  function adopt(snapshot: RunSnapshot): LiveRun {
    const run = new LiveRun(snapshot, liveDeps);
    live.set(run.id, run);
    return run;
  }

  function release(run: LiveRun): void {
    if (run.idle) live.delete(run.id);
  }

  async function work({ item, snapshot }: Work): Promise<void> {
    const run = await open(item.runId, snapshot);
    if (run === null) return;
    run.begin(item.key, item.generation);
    try {
      if (!(await isCurrent(run, item))) return;
      if (item.kind === "sleep")
        await run.submit({ kind: "wake", itemKey: item.key, generation: item.generation });
      else await call(run, item);
    } catch (error) {
      deps.log.error(
        { run: item.runId, item: item.key, error: String(error) },
        "work on a run failed unexpectedly",
      );
    } finally {
      run.end(item.key, item.generation);
      release(run);
    }
  }

  /** Whether the run knows this hand-out of the item. If not, it ended, or the item was handed out again: nothing to do. */
  async function isCurrent(run: LiveRun, item: Work["item"]): Promise<boolean> {
    const known = (): boolean => run.state.items.get(item.key)?.generation === item.generation;
    if (known()) return true;
    await run.submit({ kind: "leased", item });
    if (known()) return true;
    await run.refresh();
    return known();
  }

  async function call(run: LiveRun, item: Work["item"]): Promise<void> {
    const definition = deps.registry.function(run.state.run.functionId);
    const startedAt = deps.clock.now();
    const reply = definition === null ? unregistered(run.state) : await callApp(run, item, definition);
    if (reply === null) return;
    await run.submit({
      kind: "reply",
      itemKey: item.key,
      generation: item.generation,
      reply,
      startedAt,
      jitter: deps.random.fraction(),
    });
  }

  /** Null when this process is stopping and cut the call: the item is free for whoever comes next. */
  async function callApp(
    run: LiveRun,
    item: Work["item"],
    definition: FunctionDefinition,
  ): Promise<ReturnType<typeof readReply> | null> {
    const outcome = await caller.call(run.state, item, definition, stopping.signal);
    if (outcome.kind === "failed" && outcome.code === "aborted") return null;
    if (outcome.kind === "answered" && outcome.status === 401) {
      deps.log.warn({ run: run.id, function: definition.slug, status: 401 }, "the app refused our signature");
    }
    return readReply(outcome, deps.clock.now());
  }

  async function checkpoint(request: CheckpointRequest): Promise<CheckpointOutcome> {
    let ops: readonly ReportedOp[];
    try {
      ops = reportedOps(parseOps(request.steps));
    } catch (error) {
      if (isHoldfastError(error)) return { kind: "refused", message: error.message };
      throw error;
    }
    const run = await open(request.runId, null);
    if (run === null) return { kind: "unknown" };
    run.users += 1;
    try {
      const verdict = await run.submit({
        kind: "checkpoint",
        itemKey: request.itemKey,
        generation: request.generation,
        ops,
        startedAt: request.requestStartedAt,
      });
      return verdict.kind === "applied" ? { kind: "saved" } : verdict;
    } finally {
      run.users -= 1;
      release(run);
    }
  }

  async function cancel(runId: RunId): Promise<"cancelled" | "ended" | "unknown"> {
    const run = await open(runId, null);
    if (run === null) return "unknown";
    run.users += 1;
    try {
      const verdict = await run.submit({ kind: "cancel" });
      return verdict.kind === "applied" ? "cancelled" : "ended";
    } finally {
      run.users -= 1;
      release(run);
    }
  }

  return {
    start: () => deps.queue.start(work),
    abort: () => stopping.abort(),
    checkpoint,
    cancel,
    async state(runId) {
      const snapshot = await deps.runs.load(runId);
      if (snapshot === null) return { kind: "unknown" };
      if (hasEnded(snapshot.run.status)) return { kind: "ended" };
      const steps = new Map(snapshot.steps.map((step) => [step.id, step.memo]));
      return { kind: "live", events: `[${snapshot.events.join(",")}]`, steps: `{${memoFields(steps)}}` };
    },
    async view(runId) {
      const run = await deps.runs.get(runId);
      if (run === null) return null;
      return { run, end: hasEnded(run.status) ? await deps.runs.end(runId) : null };
    },
    journal: (runId) => deps.runs.journal(runId),
  };
}

/** The function is not in the registry: nobody can be called. Retried, for an app may register again. */
function unregistered(state: RunState): ReturnType<typeof readReply> {
  return {
    kind: "failed",
    error: {
      name: "function_not_registered",
      message: `No registered app has the function ${state.run.functionId} of this run.`,
    },
    noRetry: false,
    retryAt: null,
  };
}
