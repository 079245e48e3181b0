import type { OpCode } from "@holdfast/protocol";
import { canonicalJson } from "@holdfast/protocol";
import type { QueueItem } from "#store";
import { retryAt } from "./backoff.ts";
import type { Decision, Input, Terms, Verdict } from "./decision.ts";
import { abortDefer, addDefer } from "./defer-ops.ts";
import { Draft, START_TIMEOUT } from "./draft.ts";
import { applyEndpoint } from "./apply-endpoint.ts";
import { applyOps, afterStep } from "./apply-ops.ts";
import { checkpointRefusal, memoOf } from "./op-rules.ts";
import type { RunState } from "./run-state.ts";

/**
 * Decides what a run does next: a pure function of the run, what happened to it, and the time.
 *
 * Several inputs are applied one after another and make one decision, so that results which arrive together
 * share one commit. An input that no longer applies (its item was handed out again, the run is over) changes nothing.
 *
 * @param inputs what happened, in the order it arrived
 * @param now Unix ms
 */
export function decide(state: RunState, inputs: readonly Input[], terms: Terms, now: number): Decision {
  const draft = new Draft(state, terms, now);
  const verdicts = inputs.map((input) => apply(draft, input, terms));
  return draft.decision(verdicts);
}

const APPLIED: Verdict = { kind: "applied" };

function apply(draft: Draft, input: Input, terms: Terms): Verdict {
  if (draft.ended) return { kind: "ended" };
  draft.call = null;
  switch (input.kind) {
    case "reply":
      return applyReply(draft, input, terms);
    case "leased":
      return draft.adopt(input.item) ? APPLIED : { kind: "stale" };
    case "wake":
      return applyWake(draft, input);
    case "gateway":
      return applyGateway(draft, input, terms);
    case "checkpoint":
      return applyCheckpoint(draft, input);
    case "endpoint":
      return applyEndpoint(draft, input, terms);
    case "begun":
      return applyBegun(draft, input);
    case "timeout":
      return applyTimeout(draft, input);
    case "cancel":
      cancel(draft, input.reason);
      return APPLIED;
    case "rescue":
      return applyRescue(draft, input);
  }
}

function applyReply(draft: Draft, input: Input & { kind: "reply" }, terms: Terms): Verdict {
  const item = draft.items.get(input.itemKey);
  if (item === undefined || item.generation !== input.generation) return { kind: "stale" };
  draft.call = { item, startedAt: input.startedAt };
  draft.begin(input.startedAt);
  const { reply } = input;
  switch (reply.kind) {
    case "completed":
      if (reply.requestVersion !== null) draft.set({ requestVersion: reply.requestVersion });
      draft.end({ status: "Completed", output: reply.output, error: null }, item.attempt);
      return APPLIED;
    case "failed": {
      if (draft.isSuperseded(item)) {
        draft.finish(item);
        if (!draft.hasWork) draft.discover(`again:${item.stepId}`);
      } else if (reply.noRetry || item.attempt + 1 >= terms.attemptsMax)
        draft.fail(reply.error, item.attempt);
      else {
        const dueAt = retryAt(item.attempt, reply.retryAt, terms.retry, draft.now, input.jitter);
        draft.retry(
          item,
          reply.error,
          dueAt,
          input.startedAt,
          item.stepId === null ? null : draft.nameOf(item.stepId),
        );
      }
      return APPLIED;
    }
    case "ops":
      applyOps(draft, item, reply, input, terms);
      return APPLIED;
  }
}

/** A pause is over: the step has its memo, and the app is called if nothing else is awaited first. */
function applyWake(draft: Draft, input: Input & { kind: "wake" }): Verdict {
  const item = draft.items.get(input.itemKey);
  if (item === undefined || item.stepId === null || item.generation !== input.generation)
    return { kind: "stale" };
  const isPending = draft.run.pending.includes(item.stepId);
  draft.memoise(item.stepId, input.memo, input.isFailure ? "step.failed" : "step.completed", {
    label: draft.nameOf(item.stepId),
    op: WAKE_OPS[item.kind] ?? null,
    item,
    startedAt: null,
  });
  draft.finish(item);
  const breach = draft.breach();
  if (breach !== null) draft.fail(breach, item.attempt);
  else afterStep(draft, item.stepId, !isPending);
  return APPLIED;
}

/** The op that began the pause an item ends. */
const WAKE_OPS: Partial<Record<QueueItem["kind"], OpCode>> = {
  sleep: "Sleep",
  wait: "WaitForEvent",
  invoke: "InvokeFunction",
  signal: "WaitForSignal",
};

/** A request of the server's own ended (7.3): its failures are tried again like those of a call, with the same counts. */
function applyGateway(draft: Draft, input: Input & { kind: "gateway" }, terms: Terms): Verdict {
  const item = draft.items.get(input.itemKey);
  if (item === undefined || item.stepId === null || item.generation !== input.generation)
    return { kind: "stale" };
  const { reply } = input;
  const label = draft.nameOf(item.stepId);
  if (reply.kind === "failed" && !reply.isFinal && item.attempt + 1 < terms.attemptsMax) {
    const dueAt = retryAt(item.attempt, null, terms.retry, draft.now, input.jitter);
    draft.retry(item, reply.error, dueAt, input.startedAt, label);
    return APPLIED;
  }
  const isPending = draft.run.pending.includes(item.stepId);
  const memo = reply.kind === "done" ? reply.memo : `{"error":${canonicalJson(reply.error)}}`;
  draft.memoise(item.stepId, memo, reply.kind === "done" ? "step.completed" : "step.failed", {
    label,
    op: input.op,
    item,
    startedAt: input.startedAt,
  });
  draft.finish(item);
  const breach = draft.breach();
  if (breach !== null) draft.fail(breach, item.attempt);
  else afterStep(draft, item.stepId, !isPending);
  return APPLIED;
}

function applyBegun(draft: Draft, input: Input & { kind: "begun" }): Verdict {
  const item = draft.items.get(input.itemKey);
  if (item === undefined || item.generation !== input.generation) return { kind: "stale" };
  draft.begin(input.startedAt);
  return APPLIED;
}

function applyTimeout(draft: Draft, input: Input & { kind: "timeout" }): Verdict {
  const item = draft.items.get(input.itemKey);
  if (item === undefined || item.generation !== input.generation) return { kind: "stale" };
  cancel(draft, item.key === START_TIMEOUT ? "start timeout" : "finish timeout");
  return APPLIED;
}

function cancel(draft: Draft, reason: string | null): void {
  draft.end({ status: "Cancelled", output: null, error: null }, 0, reason);
}

function applyRescue(draft: Draft, input: Input & { kind: "rescue" }): Verdict {
  if (input.act === "resume") draft.discover(`rescue:${draft.now}`);
  else draft.fail({ name: "Stranded", message: "The run stood still and was given up by an operator." }, 0);
  return APPLIED;
}

function applyCheckpoint(draft: Draft, input: Input & { kind: "checkpoint" }): Verdict {
  const item = draft.items.get(input.itemKey);
  if (item === undefined || (input.generation !== null && input.generation !== item.generation)) {
    return { kind: "stale" };
  }
  for (const op of input.ops) {
    const refusal = checkpointRefusal(op);
    if (refusal !== null) return { kind: "refused", message: refusal };
  }
  draft.begin(input.startedAt ?? draft.now);
  let progressed = false;
  for (const op of input.ops) {
    draft.annotate(op);
    if (op.op === "DeferAdd") addDefer(draft, op);
    if (op.op === "DeferAbort") abortDefer(draft, op);
    if (op.op !== "StepRun" && op.op !== "Step") continue;
    const memo = memoOf(op);
    const origin = { label: op.label, op: op.op, item, startedAt: input.startedAt };
    progressed = draft.memoise(op.id, memo.text, memo.kind, origin) || progressed;
  }
  const breach = draft.breach();
  if (breach !== null) draft.fail(breach, item.attempt);
  // What is queued to be called again, or was handed out before a crash, is put back by nobody: put in as due it would be
  // held, and called, under the hand-out that this call was made under.
  else if (progressed && draft.terms.isUnderWay(item)) draft.resetAttempts(item);
  return APPLIED;
}
