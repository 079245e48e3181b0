import type { Digest, EventId, FunctionId, RunId } from "@holdfast/protocol";
import { canonicalJson, formatUlid, hasEnded, isHoldfastError } from "@holdfast/protocol";
import type { Egress } from "#egress";
import type { Clock, Ids, Log, Random } from "#kernel";
import type { Keys } from "#keys";
import type { Queue, Work } from "#queue";
import type { Realtime } from "#realtime";
import type { FunctionDefinition, Registry } from "#registry";
import type { CancellationStore, EventStore, QueueItem, RunRecord, RunSnapshot, RunStore } from "#store";
import type { RetryPolicy } from "./backoff.ts";
import { createHttpCaller } from "./call.ts";
import { memoFields } from "./call-request.ts";
import { createCancellations } from "./cancellations.ts";
import type {
  CheckpointOutcome,
  CheckpointRequest,
  Emitter,
  Executor,
  RunHistory,
  RunView,
} from "./contract.ts";
import type { Input, Verdict } from "./decision.ts";
import { START_TIMEOUT } from "./draft.ts";
import { unvouched } from "./endpoint-call.ts";
import { makeRequest } from "./gateway.ts";
import type { LiveRunDeps } from "./live-run.ts";
import { LiveRun } from "./live-run.ts";
import type { Reply } from "./reply.ts";
import { readReply } from "./reply.ts";
import type { ReportedOp } from "./reported-op.ts";
import { readOps } from "./reported-op.ts";
import type { RunState } from "./run-state.ts";
import { wakeOf } from "./wake.ts";

export interface ExecutorDeps {
  readonly runs: RunStore;
  readonly events: EventStore;
  readonly cancellations: CancellationStore;
  readonly emitter: Emitter;
  readonly registry: Registry;
  readonly queue: Queue;
  readonly realtime: Realtime;
  readonly egress: Egress;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly digest: Digest;
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

  const terms: LiveRunDeps["terms"] = (state) => {
    const definition = deps.registry.function(state.run.functionId);
    return {
      attemptsMax: definition?.attemptsMax ?? 1,
      retry: deps.retry,
      finishTimeoutMs: definition?.finishTimeoutMs ?? null,
      slug: definition?.slug ?? state.run.functionId,
      appName: definition?.appName ?? "",
      target,
      eventId: (cause, now) => derivedUlid(cause, now, deps.digest) as EventId,
    };
  };
  const liveDeps: LiveRunDeps = { ...deps, terms };

  /** A function in use, by its slug or its id. */
  function target(reference: string): { id: FunctionId; slug: string } | null {
    // Whatever the text, it is only looked up.
    const found = deps.registry.functionBySlug(reference) ?? deps.registry.function(reference as FunctionId);
    return found === null || found.archived ? null : found;
  }

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
      await perform(run, item);
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

  /** Does what the item asks for. */
  async function perform(run: LiveRun, item: QueueItem): Promise<void> {
    const { generation, key } = item;
    switch (item.kind) {
      case "discovery":
      case "step":
        // A time-out that passed while nobody was there comes before the call it would have prevented (14.9).
        await passTimeouts(run);
        if (!hasEnded(run.state.run.status)) await call(run, item);
        return;
      case "gateway":
        await requestForApp(run, item);
        return;
      case "timeout":
        await run.submit({ kind: "timeout", itemKey: key, generation });
        return;
      case "cancel":
        await run.submit({ kind: "cancel", reason: cancelReason(item) });
        return;
      default: {
        const event = item.cause?.kind === "event" ? await deps.events.get(item.cause.eventId) : null;
        await run.submit({ kind: "wake", itemKey: key, generation, ...wakeOf(item, event) });
      }
    }
  }

  async function passTimeouts(run: LiveRun): Promise<void> {
    const now = deps.clock.now();
    for (const item of run.state.items.values()) {
      if (item.kind !== "timeout" || item.dueAt > now) continue;
      await run.submit({ kind: "timeout", itemKey: item.key, generation: item.generation });
      return;
    }
  }

  async function requestForApp(run: LiveRun, item: QueueItem): Promise<void> {
    const step = item.stepId === null ? undefined : run.state.planned.get(item.stepId);
    if (step === undefined) return;
    const startedAt = deps.clock.now();
    const made = await makeRequest(step, deps.egress, stopping.signal);
    if (made === null) return;
    await run.submit({
      kind: "gateway",
      ...made,
      itemKey: item.key,
      generation: item.generation,
      startedAt,
      jitter: deps.random.fraction(),
    });
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
    const { key: itemKey, generation } = item;
    // The call may take longer than the time-outs allow: they go by its beginning, which must be known before its end.
    if (isFirstOfTimed(run.state, definition)) {
      const verdict = await run.submit({ kind: "begun", itemKey, generation, startedAt });
      if (verdict.kind !== "applied") return;
    }
    const reply =
      definition === null
        ? unregistered(run.state)
        : (unvouched(definition, deps.registry) ?? (await callApp(run, item, definition)));
    if (reply === null) return;
    await run.submit({
      kind: "reply",
      itemKey,
      generation,
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
  ): Promise<Reply | null> {
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
      ops = readOps(request.steps);
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

  async function endpointSteps(runId: RunId, ops: readonly ReportedOp[]): Promise<CheckpointOutcome> {
    const startedAt = deps.clock.now();
    const verdict = await tell(runId, { kind: "endpoint", ops, startedAt, jitter: deps.random.fraction() });
    if (verdict === null) return { kind: "unknown" };
    return verdict.kind === "applied" ? { kind: "saved" } : verdict;
  }

  /** Tells a run something from outside its own work. Null for an unknown run. */
  async function tell(runId: RunId, input: Input): Promise<Verdict | null> {
    const run = await open(runId, null);
    if (run === null) return null;
    run.users += 1;
    try {
      return await run.submit(input);
    } finally {
      run.users -= 1;
      release(run);
    }
  }

  async function cancel(runId: RunId, reason: string | null): Promise<"cancelled" | "ended" | "unknown"> {
    const verdict = await tell(runId, { kind: "cancel", reason });
    if (verdict === null) return "unknown";
    return verdict.kind === "applied" ? "cancelled" : "ended";
  }

  async function rescue(runId: RunId, act: "resume" | "fail"): Promise<"done" | "ended" | "unknown"> {
    const verdict = await tell(runId, { kind: "rescue", act, jitter: deps.random.fraction() });
    if (verdict === null) return "unknown";
    return verdict.kind === "applied" ? "done" : "ended";
  }

  async function signal(name: string, data: string): Promise<RunId | null> {
    const memo = `{"data":{"data":${data},"signal":${canonicalJson(name)}}}`;
    const { environment } = deps.registry;
    const runId = await deps.runs.signal({ environment, name, memo, now: deps.clock.now() });
    if (runId !== null) deps.queue.expect(deps.clock.now());
    return runId;
  }

  async function history(runId: RunId): Promise<RunHistory | null> {
    const run = await deps.runs.get(runId);
    if (run === null) return null;
    const [eventIds, journal, items] = await Promise.all([
      deps.runs.eventsOf(runId),
      deps.runs.journal(runId),
      deps.runs.items(runId),
    ]);
    const events = await Promise.all(eventIds.map((id) => deps.events.get(id)));
    const end = hasEnded(run.status) ? (journal.at(-1) ?? null) : null;
    return { run, end, events: events.filter((event) => event !== null), journal, items };
  }

  const viewOf = async (run: RunRecord): Promise<RunView> => ({
    run,
    end: hasEnded(run.status) ? await deps.runs.end(run.id) : null,
  });

  const cancellations = createCancellations({
    ...deps,
    store: deps.cancellations,
    environment: deps.registry.environment,
    stopping: stopping.signal,
    cancel,
  });

  return {
    start() {
      deps.queue.start(work);
      cancellations.repeat().catch((error: unknown) => {
        deps.log.error({ error: String(error) }, "cancellations could not be repeated");
      });
    },
    abort: () => stopping.abort(),
    checkpoint,
    endpointSteps,
    cancel: (runId) => cancel(runId, null),
    signal,
    rescue,
    history,
    cancelMany: (request) => cancellations.add(request),
    cancellations: () => cancellations.list(),
    removeCancellation: (id) => cancellations.remove(id),
    stranded: (limit) => deps.runs.stranded(limit),
    async list(query) {
      const runs = await deps.runs.list({ ...query, environment: deps.registry.environment });
      return Promise.all(runs.map(viewOf));
    },
    async state(runId) {
      const snapshot = await deps.runs.load(runId);
      if (snapshot === null) return { kind: "unknown" };
      if (hasEnded(snapshot.run.status)) return { kind: "ended" };
      const steps = new Map(snapshot.steps.map((step) => [step.id, step.memo]));
      const inputs = new Map(snapshot.inputs.map((input) => [input.id, input.memo]));
      return {
        kind: "live",
        events: `[${snapshot.events.join(",")}]`,
        steps: `{${memoFields(steps, inputs)}}`,
      };
    },
    async view(runId) {
      const run = await deps.runs.get(runId);
      return run === null ? null : viewOf(run);
    },
    journal: (runId) => deps.runs.journal(runId),
  };
}

/** Whether a call is the run's first, and a time-out depends on when it begins (14.9). */
function isFirstOfTimed({ items, run }: RunState, definition: FunctionDefinition | null): boolean {
  if (run.startedAt !== null) return false;
  return items.has(START_TIMEOUT) || (definition !== null && definition.finishTimeoutMs !== null);
}

/** An id that follows from its cause: whoever decides the same again in the same instant names the same event. */
function derivedUlid(cause: string, now: number, digest: Digest): string {
  return formatUlid(now, Buffer.from(digest.sha256Hex(cause).slice(0, 20), "hex"));
}

/** Why a queued cancellation cancels: the event that asked for it, or a newer run of a singleton. */
function cancelReason(item: QueueItem): string {
  return item.cause?.kind === "event" ? `event ${item.cause.eventId}` : "singleton";
}

/** The function is not in the registry: nobody can be called. Retried, for an app may register again. */
function unregistered(state: RunState): Reply {
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
