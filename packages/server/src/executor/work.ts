import { hasEnded } from "@holdfast/protocol";
import type { Egress } from "#egress";
import type { Clock, Log, Random } from "#kernel";
import type { Payloads } from "#payloads";
import { inspectionOf, refusedError } from "#payloads";
import type { Work } from "#queue";
import type { FunctionDefinition, Registry } from "#registry";
import type { EventStore, QueueItem } from "#store";
import type { Caller } from "./call.ts";
import { START_TIMEOUT } from "./draft.ts";
import { unvouched } from "./endpoint-call.ts";
import { makeRequest } from "./gateway.ts";
import type { LiveRun } from "./live-run.ts";
import type { LiveRuns } from "./live-runs.ts";
import type { Reply } from "./reply.ts";
import { ANSWER_UNVERIFIED, readReply } from "./reply.ts";
import type { RunState } from "./run-state.ts";
import { wakeOf } from "./wake.ts";

export interface WorkDeps {
  readonly live: LiveRuns;
  readonly caller: Caller;
  readonly events: EventStore;
  readonly registry: Registry;
  readonly egress: Egress;
  readonly payloads: Payloads;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Aborted when this process stops: calls that are open then are cut. */
  readonly stopping: AbortSignal;
}

/** Does one piece of work: calls the app, makes a request for it, or tells the run what its item says. Rejects never. */
export function createWorker(deps: WorkDeps): (work: Work) => Promise<void> {
  const { caller, live, stopping } = deps;

  async function work({ item, snapshot }: Work): Promise<void> {
    const run = await live.open(item.runId, snapshot);
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
      live.release(run);
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
    const made = await makeRequest(step, deps.egress, stopping, (opts) => {
      const app = deps.registry.function(run.state.run.functionId)?.appName ?? null;
      const refusal = deps.payloads.admit([{ position: "gateway", value: opts }], app);
      return refusal === null ? null : refusedError(refusal);
    });
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
    const reply = isSuperseded(run.state, item)
      ? NOTHING_NEW
      : definition === null
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
    const { check, outcome } = await caller.call(run.state, item, definition, stopping);
    if (outcome.kind === "failed" && outcome.code === "aborted") return null;
    if (outcome.kind === "answered" && outcome.status === 401) {
      deps.log.warn({ run: run.id, function: definition.slug, status: 401 }, "the app refused our signature");
    }
    const output = definition.configuration.endpoint === true ? "endpoint-response" : "function-output";
    const inspection = inspectionOf(deps.payloads, definition.appName, output);
    const reply = readReply(outcome, deps.clock.now(), check, inspection);
    if (reply.kind === "failed" && reply.error.name === ANSWER_UNVERIFIED) {
      const { message: reason } = reply.error;
      deps.log.warn({ run: run.id, function: definition.slug, reason }, "the app's answer was not believed");
    }
    return reply;
  }

  return work;
}

/**
 * Whether the step that a call is for has ended already. Its item keeps its place for as long as a call of it is under way,
 * and may be handed out again if that call's process dies: the step is not run again for that.
 */
function isSuperseded({ steps }: RunState, { stepId }: QueueItem): boolean {
  return stepId !== null && steps.has(stepId);
}

/** What such a call would have said: the item is done with, and the run goes on. */
const NOTHING_NEW: Reply = { kind: "ops", ops: [], requestVersion: null, noRetry: false, retryAt: null };

/** Whether a call is the run's first, and a time-out depends on when it begins (14.9). */
function isFirstOfTimed({ items, run }: RunState, definition: FunctionDefinition | null): boolean {
  if (run.startedAt !== null) return false;
  return items.has(START_TIMEOUT) || (definition !== null && definition.finishTimeoutMs !== null);
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
