import type { Digest, RunId } from "@holdfast/protocol";
import { canonicalJson, isHoldfastError } from "@holdfast/protocol";
import type { Egress } from "#egress";
import type { Clock, Ids, Log, Random } from "#kernel";
import type { Keys } from "#keys";
import type { Payloads } from "#payloads";
import { opValues, plaintextRefused } from "#payloads";
import type { Queue } from "#queue";
import type { Realtime } from "#realtime";
import type { Registry } from "#registry";
import type { AuditDraft, CancellationStore, EventStore, RunStore } from "#store";
import type { RetryPolicy } from "./backoff.ts";
import { createHttpCaller } from "./call.ts";
import { createCancellations } from "./cancellations.ts";
import type { CheckpointOutcome, CheckpointRequest, Emitter, Executor } from "./contract.ts";
import type { Verdict } from "./decision.ts";
import { createHistory } from "./history.ts";
import { LiveRuns } from "./live-runs.ts";
import type { ReportedOp } from "./reported-op.ts";
import { readOps } from "./reported-op.ts";
import { termsOf } from "./terms.ts";
import { createWorker } from "./work.ts";

export interface ExecutorDeps {
  readonly runs: RunStore;
  readonly events: EventStore;
  readonly cancellations: CancellationStore;
  readonly emitter: Emitter;
  readonly registry: Registry;
  readonly payloads: Payloads;
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
  /** Whether every app must sign its answers. */
  readonly requireV2: boolean;
}

/** Builds the executor; it takes no work before `start`. */
export function createExecutor(deps: ExecutorDeps): Executor {
  const { environment } = deps.registry;
  const stopping = new AbortController();
  const live = new LiveRuns({ ...deps, terms: (state) => termsOf(state, deps) });
  const work = createWorker({
    ...deps,
    live,
    caller: createHttpCaller(deps),
    stopping: stopping.signal,
  });
  const cancellations = createCancellations({
    ...deps,
    store: deps.cancellations,
    environment,
    stopping: stopping.signal,
    cancel,
  });

  async function checkpoint(request: CheckpointRequest): Promise<CheckpointOutcome> {
    const app = deps.payloads.isOpen ? null : await appOf(request.runId);
    let ops: readonly ReportedOp[];
    try {
      ops = readOps(request.steps, (op) => {
        const refusal = deps.payloads.admit(opValues(op), app);
        if (refusal !== null) throw plaintextRefused(refusal);
      });
    } catch (error) {
      if (isHoldfastError(error, "plaintext_refused"))
        return { kind: "refused", message: error.message, code: error.code };
      if (isHoldfastError(error)) return { kind: "refused", message: error.message };
      throw error;
    }
    const verdict = await live.tell(request.runId, {
      kind: "checkpoint",
      itemKey: request.itemKey,
      generation: request.generation,
      ops,
      startedAt: request.requestStartedAt,
    });
    return checkpointOutcome(verdict);
  }

  /** The app whose function a run is of, for the log. */
  async function appOf(runId: RunId): Promise<string | null> {
    const run = await deps.runs.get(runId);
    return run === null ? null : (deps.registry.function(run.functionId)?.appName ?? null);
  }

  async function endpointSteps(runId: RunId, ops: readonly ReportedOp[]): Promise<CheckpointOutcome> {
    const startedAt = deps.clock.now();
    const jitter = deps.random.fraction();
    return checkpointOutcome(await live.tell(runId, { kind: "endpoint", ops, startedAt, jitter }));
  }

  async function cancel(
    runId: RunId,
    reason: string | null,
    audit: readonly AuditDraft[] = [],
  ): Promise<"cancelled" | "ended" | "unknown"> {
    const verdict = await live.tell(runId, { kind: "cancel", reason, audit });
    if (verdict === null) return "unknown";
    return verdict.kind === "applied" ? "cancelled" : "ended";
  }

  async function rescue(
    runId: RunId,
    act: "resume" | "fail",
    audit: readonly AuditDraft[] = [],
  ): Promise<"done" | "ended" | "unknown"> {
    const verdict = await live.tell(runId, { kind: "rescue", act, jitter: deps.random.fraction(), audit });
    if (verdict === null) return "unknown";
    return verdict.kind === "applied" ? "done" : "ended";
  }

  async function signal(name: string, data: string): Promise<RunId | null> {
    const memo = `{"data":{"data":${data},"signal":${canonicalJson(name)}}}`;
    const runId = await deps.runs.signal({ environment, name, memo, now: deps.clock.now() });
    if (runId !== null) deps.queue.expect(deps.clock.now());
    return runId;
  }

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
    cancel: (runId, audit) => cancel(runId, null, audit),
    signal,
    rescue,
    cancelMany: (request) => cancellations.add(request),
    cancellations: () => cancellations.list(),
    removeCancellation: (id, audit) => cancellations.remove(id, audit),
    ...createHistory({ ...deps, environment, isUnderWay: (runId) => live.isUnderWay(runId) }),
  };
}

function checkpointOutcome(verdict: Verdict | null): CheckpointOutcome {
  if (verdict === null) return { kind: "unknown" };
  return verdict.kind === "applied" ? { kind: "saved" } : verdict;
}
