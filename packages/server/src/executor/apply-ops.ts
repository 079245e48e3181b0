import type { StepId, WireError } from "@holdfast/protocol";
import { canonicalJson, LIMITS } from "@holdfast/protocol";
import type { QueueItem } from "#store";
import { retryAt } from "./backoff.ts";
import type { Terms } from "./decision.ts";
import type { Draft } from "./draft.ts";
import { abortDefer, addDefer } from "./defer-ops.ts";
import { gatewayRequest } from "./gateway-request.ts";
import { errorOf, failureMemo, inputFault, memoOf, sleepUntil } from "./op-rules.ts";
import type { Reply } from "./reply.ts";
import type { ReportedOp } from "./reported-op.ts";
import type { WaitOutcome } from "./wait-ops.ts";
import { invokeFunction, waitForEvent, waitForSignal } from "./wait-ops.ts";

/** When the work began that reported the ops, Unix ms, and a number in [0, 1) for what is random about a retry. */
export interface Circumstances {
  readonly startedAt: number;
  readonly jitter: number;
}

type OpsReply = Reply & { readonly kind: "ops" };

/** What the ops of one reply amount to, gathered while they are applied in order. */
interface Tally {
  /** The item as it stands: progress resets its attempts. */
  item: QueueItem;
  /** The step that finished last, newly. */
  finished: StepId | null;
  /** Steps that will finish later: planned and asleep, whether new or known. */
  readonly awaited: { readonly id: StepId; readonly isRacing: boolean }[];
  /** Whether a step finished that no pending set holds back. */
  free: boolean;
  /** Whether a step was finished here instead of by the app, which so does not know of it yet. */
  refused: boolean;
  retry: ReportedOp | null;
  discovery: ReportedOp | null;
  completed: ReportedOp | null;
}

/**
 * Applies the ops of one reply (wire-protocol sections 7, 8 and 10): remembers what finished, queues what was found,
 * then settles the item the reply belongs to and decides who is called next.
 */
export function applyOps(
  draft: Draft,
  item: QueueItem,
  reply: OpsReply,
  input: Circumstances,
  terms: Terms,
): void {
  if (reply.ops.length > LIMITS.opsPerResponseCount) {
    draft.fail(
      {
        name: "InngestErrFunctionOverflowed",
        message: `The function run exceeded the step limit of ${LIMITS.stepsPerRunCount} steps.`,
      },
      item.attempt,
    );
    return;
  }
  // The version is settled by the first answer: a run does not change its rules on the way.
  if (draft.run.requestVersion === -1 && reply.requestVersion !== null) {
    draft.set({ requestVersion: reply.requestVersion });
  }
  const tally: Tally = {
    item,
    finished: null,
    awaited: [],
    free: false,
    refused: false,
    retry: null,
    discovery: null,
    completed: null,
  };
  for (const op of inOrder(reply.ops)) {
    applyOp(draft, op, reply, input, terms, tally);
    if (draft.ended) return;
  }
  const breach = draft.breach();
  if (breach !== null) draft.fail(breach, item.attempt);
  else if (tally.completed !== null) {
    draft.end({ status: "Completed", output: tally.completed.data, error: null }, item.attempt);
  } else settle(draft, reply, input, terms, tally);
}

/** Waits and defers come first (7.1): what they wait for may be caused by the rest. */
function inOrder(ops: readonly ReportedOp[]): readonly ReportedOp[] {
  return [...ops.filter((op) => FIRST.has(op.op)), ...ops.filter((op) => !FIRST.has(op.op))];
}

const FIRST: ReadonlySet<ReportedOp["op"]> = new Set(["WaitForEvent", "DeferAdd", "DeferAbort"] as const);

function applyOp(
  draft: Draft,
  op: ReportedOp,
  reply: OpsReply,
  input: Circumstances,
  terms: Terms,
  tally: Tally,
): void {
  draft.annotate(op);
  const origin = { label: op.label, op: op.op, item: tally.item, startedAt: input.startedAt };
  const finish = (memo: { kind: "step.completed" | "step.failed"; text: string }): void => {
    const isPending = draft.run.pending.includes(op.id);
    if (!draft.memoise(op.id, memo.text, memo.kind, origin)) return;
    tally.finished = op.id;
    tally.free ||= !isPending;
    if (tally.item.kind === "discovery") tally.item = { ...tally.item, attempt: 0 };
  };
  const refuse = (error: WireError): void => {
    tally.refused = true;
    finish({ kind: "step.failed", text: `{"error":${canonicalJson(error)}}` });
  };
  const expect = (found: ReportedOp): void => {
    if (draft.steps.has(found.id)) return;
    tally.awaited.push({ id: found.id, isRacing: found.opts["parallelMode"] === "race" });
  };
  const awaited = (outcome: WaitOutcome): void => {
    if (outcome.kind === "awaited") expect(op);
    else if (outcome.kind === "fatal") draft.fail(outcome.error, tally.item.attempt);
    else refuse(outcome.error);
  };
  const fault = inputFault(op);
  if (fault !== null) {
    refuse(fault);
    return;
  }
  switch (op.op) {
    case "StepRun":
    case "Step":
      finish(memoOf(op));
      return;
    case "StepFailed":
      finish({ kind: "step.failed", text: failureMemo(op) });
      return;
    case "StepError":
      if (isFinal(op, reply, tally.item, terms)) finish({ kind: "step.failed", text: failureMemo(op) });
      else tally.retry = op;
      return;
    case "StepNotFound":
      tally.retry = op;
      return;
    case "StepPlanned":
      // Asked to run the step, the app found it once more: a call that leads nowhere, and must not be made for ever.
      if (op.id === tally.item.stepId && !draft.steps.has(op.id)) {
        tally.retry = op;
        return;
      }
      draft.schedule({
        ...later(op),
        kind: "step",
        note: "step.planned",
        data: op.opts["input"] === undefined ? null : canonicalJson({ input: op.opts["input"] }),
        dueAt: draft.now,
      });
      expect(op);
      return;
    case "Sleep": {
      const until = sleepUntil(op, draft.now);
      if ("error" in until) {
        draft.fail(until.error, tally.item.attempt);
        return;
      }
      draft.schedule({
        ...later(op),
        kind: "sleep",
        note: "step.sleeping",
        data: `{"until":${until.at}}`,
        dueAt: until.at,
      });
      expect(op);
      return;
    }
    case "WaitForEvent":
      awaited(waitForEvent(draft, op));
      return;
    case "InvokeFunction":
      awaited(invokeFunction(draft, op));
      return;
    case "WaitForSignal":
      awaited(waitForSignal(draft, op));
      return;
    case "Gateway":
    case "AIGateway": {
      const request = gatewayRequest(op.op, op.opts);
      if ("error" in request) {
        refuse(request.error);
        return;
      }
      draft.schedule({
        ...later(op),
        kind: "gateway",
        note: "step.requesting",
        data: canonicalJson({ op: op.op, opts: op.opts }),
        dueAt: draft.now,
      });
      expect(op);
      return;
    }
    case "DeferAdd":
      addDefer(draft, op);
      return;
    case "DeferAbort":
      abortDefer(draft, op);
      return;
    case "DiscoveryRequest":
      tally.discovery = op;
      return;
    case "RunComplete":
    case "SyncRunComplete":
      tally.completed = op;
      return;
    case "None":
      return;
  }
}

function later(op: ReportedOp): { id: ReportedOp["id"]; label: string; op: string } {
  return { id: op.id, label: op.label, op: op.op };
}

/** Settles the item the reply belongs to, and who is called next. */
function settle(draft: Draft, reply: OpsReply, input: Circumstances, terms: Terms, tally: Tally): void {
  const { item } = tally;
  if (tally.awaited.length > 0) expectSteps(draft, tally.awaited);
  if (tally.retry !== null && !draft.isSuperseded(item)) {
    retry(draft, reply, input, terms, tally.retry, item);
    return;
  }
  // An app asks for a call when it had too little time: with what it did meanwhile, the next one gets further.
  const asked = `asked:${draft.steps.size}`;
  if (tally.discovery !== null && item.key === asked && tally.awaited.length === 0) {
    emptyAttempt(draft, input, terms, item);
    return;
  }
  draft.finish(item);
  if (tally.discovery !== null) draft.discover(asked);
  else if (tally.finished !== null && (tally.awaited.length === 0 || tally.refused))
    afterStep(draft, tally.finished, tally.free);
  if (!draft.hasWork) redrive(draft, input, terms, item);
}

/**
 * A step finished: who is called next? With request version 1 every finished step causes a discovery call. With
 * version 2 a step of the pending set does only when it leaves the set empty (8.4); any other, one of a race or one that
 * was run as soon as it was found, always does.
 *
 * @param free whether the step was in no pending set
 */
export function afterStep(draft: Draft, id: StepId, free: boolean): void {
  const isLast = draft.run.pending.length === 0;
  if (draft.run.requestVersion === 2 && isLast && draft.run.forcePlan) draft.set({ forcePlan: false });
  if (draft.run.requestVersion !== 2 || isLast || free) draft.discover(`after:${id}`);
}

/**
 * Steps were reported that finish later. Two at once are parallel: from now on calls must plan instead of run (8.3).
 * Those of a race are waited for by nobody in particular, and stay out of the pending set.
 */
function expectSteps(draft: Draft, awaited: Tally["awaited"]): void {
  if (awaited.length > 1 && !draft.run.forcePlan) draft.set({ forcePlan: true });
  if (draft.run.requestVersion !== 2) return;
  const pending = new Set(draft.run.pending);
  for (const { id, isRacing } of awaited) if (!isRacing) pending.add(id);
  if (pending.size !== draft.run.pending.length) draft.set({ pending: [...pending] });
}

function retry(
  draft: Draft,
  reply: OpsReply,
  input: Circumstances,
  terms: Terms,
  op: ReportedOp,
  item: QueueItem,
): void {
  const unrun = unrunError(op);
  const error = unrun ?? errorOf(op);
  if (unrun !== null && (reply.noRetry || item.attempt + 1 >= terms.attemptsMax)) {
    draft.fail(error, item.attempt);
    return;
  }
  const dueAt = retryAt(item.attempt, reply.retryAt, terms.retry, draft.now, input.jitter);
  draft.retry(item, error, dueAt, input.startedAt, op.label);
}

/** The error of a planned step that was called for and not run; it has no result to remember, whatever the attempts left. */
function unrunError({ op, label }: ReportedOp): WireError | null {
  if (op === "StepNotFound")
    return { name: op, message: `The app no longer finds the step "${label}" it had planned.` };
  if (op === "StepPlanned")
    return {
      name: "StepNotRun",
      message: `The app planned the step "${label}" again instead of running it.`,
    };
  return null;
}

/** Whether a `StepError` is the step's last word. */
function isFinal(op: ReportedOp, reply: OpsReply, item: QueueItem, terms: Terms): boolean {
  return reply.noRetry || op.error?.noRetry === true || item.attempt + 1 >= terms.attemptsMax;
}

/**
 * An answer that leaves nothing to wait for: the run is asked once more (6.2). An app that answers the same again
 * has failed the attempt.
 */
function redrive(draft: Draft, input: Circumstances, terms: Terms, item: QueueItem): void {
  if (!item.key.startsWith("again:")) {
    const last = [...draft.steps.keys()].at(-1) ?? "start";
    draft.discover(`again:${last}`);
    return;
  }
  emptyAttempt(draft, input, terms, item);
}

/** The app was called again and brought nothing new: the attempt is spent, or the two would go on like this for ever. */
function emptyAttempt(draft: Draft, input: Circumstances, terms: Terms, item: QueueItem): void {
  const error = {
    name: "EmptyResponse",
    message: "The app answered twice without a result, a step or anything to wait for.",
  };
  if (item.attempt + 1 >= terms.attemptsMax) draft.fail(error, item.attempt);
  else {
    const dueAt = retryAt(item.attempt, null, terms.retry, draft.now, input.jitter);
    draft.retry(item, error, dueAt, input.startedAt, null);
  }
}
