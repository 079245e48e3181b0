import type { StepId } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import type { QueueItem } from "#store";
import { applyOps } from "./apply-ops.ts";
import { retryAt } from "./backoff.ts";
import type { Input, Terms, Verdict } from "./decision.ts";
import { abortDefer, addDefer } from "./defer-ops.ts";
import type { Draft } from "./draft.ts";
import { errorOf, memoOf } from "./op-rules.ts";
import type { ReportedOp } from "./reported-op.ts";

/** Key of the item of a run whose app began it itself and is at work on it: due when it has said nothing for too long. */
const OWN = "endpoint";

/** SHA-1 of `complete`: the id under which SDKs report the end of the whole function. */
const COMPLETE = "0737c22d3bfae812339732d14d8c7dbd6dc4e09c" as StepId;

/** Ops of a run that its app goes on with by itself. Any other hands the run to the server. */
const STAYING: ReadonlySet<ReportedOp["op"]> = new Set([
  "StepRun",
  "Step",
  "DeferAdd",
  "DeferAbort",
  "None",
] as const);

type EndpointInput = Input & { kind: "endpoint" };

const APPLIED: Verdict = { kind: "applied" };

/**
 * Applies what the app of a durable endpoint reports while it answers the request itself (wire-protocol 16.2). Finished
 * steps are remembered, and the app has time again until it is asked how things stand. Whatever must be waited for, or
 * failed, makes the run the server's, as the same ops in the answer to a call would.
 */
export function applyEndpoint(draft: Draft, input: EndpointInput, terms: Terms): Verdict {
  const item = draft.items.get(OWN);
  if (item === undefined || item.generation > 0)
    return isKnown(draft, input.ops) ? APPLIED : { kind: "stale" };
  const failure = input.ops.find(
    ({ id, op }) => id === COMPLETE && (op === "StepError" || op === "StepFailed"),
  );
  if (failure !== undefined || input.ops.every(({ op }) => STAYING.has(op))) {
    remember(draft, item, input.ops);
    const breach = draft.breach();
    if (breach !== null) draft.fail(breach, item.attempt);
    else if (failure !== undefined) failFunction(draft, item, failure, input, terms);
    else draft.postpone(item, draft.now + LIMITS.endpointSilenceMs);
    return APPLIED;
  }
  applyOps(
    draft,
    handedOver(draft, item),
    { kind: "ops", ops: input.ops, requestVersion: null, noRetry: false, retryAt: null },
    input,
    terms,
  );
  return APPLIED;
}

/** Whether everything is remembered already: a report that is repeated because its answer was lost. */
function isKnown(draft: Draft, ops: readonly ReportedOp[]): boolean {
  return ops.every(
    ({ id, op }) =>
      (op !== "StepRun" && op !== "Step" && op !== "StepFailed") || draft.steps.has(id) || id === COMPLETE,
  );
}

function remember(draft: Draft, item: QueueItem, ops: readonly ReportedOp[]): void {
  for (const op of ops) {
    draft.annotate(op);
    if (op.op === "DeferAdd") addDefer(draft, op);
    if (op.op === "DeferAbort") abortDefer(draft, op);
    if (op.op !== "StepRun" && op.op !== "Step") continue;
    const memo = memoOf(op);
    draft.memoise(op.id, memo.text, memo.kind, { label: op.label, op: op.op, item, startedAt: null });
  }
}

/** The run is the server's from now on: what it does next is an item like that of any other run. */
function handedOver(draft: Draft, item: QueueItem): QueueItem {
  draft.finish(item);
  return { ...item, key: "start" };
}

/** The function itself threw, outside of its steps. */
function failFunction(
  draft: Draft,
  item: QueueItem,
  op: ReportedOp,
  input: EndpointInput,
  terms: Terms,
): void {
  const error = errorOf(op);
  if (op.op === "StepFailed" || error.noRetry === true || terms.attemptsMax <= 1) {
    draft.fail(error, item.attempt);
    return;
  }
  const dueAt = retryAt(item.attempt, null, terms.retry, draft.now, input.jitter);
  draft.retry(handedOver(draft, item), error, dueAt, input.startedAt, null);
}
