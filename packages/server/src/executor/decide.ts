import { retryAt } from "./backoff.ts";
import type { Decision, Input, Terms, Verdict } from "./decision.ts";
import { Draft } from "./draft.ts";
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
  const draft = new Draft(state, now);
  const verdicts = inputs.map((input) => apply(draft, input, terms));
  return draft.decision(verdicts);
}

const APPLIED: Verdict = { kind: "applied" };

function apply(draft: Draft, input: Input, terms: Terms): Verdict {
  if (draft.ended) return { kind: "ended" };
  switch (input.kind) {
    case "reply":
      return applyReply(draft, input, terms);
    case "leased":
      return draft.adopt(input.item) ? APPLIED : { kind: "stale" };
    case "wake":
      return applyWake(draft, input);
    case "checkpoint":
      return applyCheckpoint(draft, input);
    case "cancel":
      draft.end("Cancelled", null, 0);
      return APPLIED;
  }
}

function applyReply(draft: Draft, input: Input & { kind: "reply" }, terms: Terms): Verdict {
  const item = draft.items.get(input.itemKey);
  if (item === undefined || item.generation !== input.generation) return { kind: "stale" };
  draft.begin(input.startedAt);
  const { reply } = input;
  switch (reply.kind) {
    case "completed":
      if (reply.requestVersion !== null) draft.set({ requestVersion: reply.requestVersion });
      draft.end("Completed", `"output":${reply.output}`, item.attempt);
      return APPLIED;
    case "failed": {
      if (reply.noRetry || item.attempt + 1 >= terms.attemptsMax) draft.fail(reply.error, item.attempt);
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

/** The memo of a finished sleep is `null`: it says no more than that the time has passed. */
function applyWake(draft: Draft, input: Input & { kind: "wake" }): Verdict {
  const item = draft.items.get(input.itemKey);
  if (item === undefined || item.stepId === null || item.generation !== input.generation)
    return { kind: "stale" };
  const isPending = draft.run.pending.includes(item.stepId);
  draft.memoise(item.stepId, "null", "step.completed", {
    label: draft.nameOf(item.stepId),
    op: "Sleep",
    item,
    startedAt: null,
  });
  draft.finish(item);
  afterStep(draft, item.stepId, !isPending);
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
    if (op.op !== "StepRun" && op.op !== "Step") continue;
    const memo = memoOf(op);
    const origin = { label: op.label, op: op.op, item, startedAt: input.startedAt };
    progressed = draft.memoise(op.id, memo.text, memo.kind, origin) || progressed;
  }
  const breach = draft.breach();
  if (breach !== null) draft.fail(breach, item.attempt);
  else if (progressed) draft.resetAttempts(item);
  return APPLIED;
}
