import { HoldfastError } from "@holdfast/protocol";
import type { MiddlewareStack, RunInfo } from "../middleware/contract.ts";
import type { DraftOp } from "../payloads/draft-op.ts";
import { plainValue } from "../payloads/plain-value.ts";
import type { AsyncContext } from "../platform/async-context.ts";
import type { World } from "../platform/contract.ts";
import { sha1Hex } from "../platform/sha1.ts";
import type { StepScope } from "../steps/step-scope.ts";
import type { Answers, NextAttempt } from "./answers.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Call, CallAnswer } from "./contract.ts";
import { createDeferred } from "./deferred.ts";
import type { Ending, FoundStep, Replay } from "./replay.ts";
import type { StepAttempt } from "./run-step.ts";
import { runStep } from "./run-step.ts";
import { foundOp } from "./step-ops.ts";
import { isFinal, verdictOf } from "./verdict.ts";

/** How long a step that was asked for may take to be found (wire-protocol 8.5). */
const STEP_FOUND_WITHIN_MS = 10_000;

/** What a call is conducted with. */
export interface Conduct {
  readonly call: Call;
  readonly info: RunInfo;
  readonly replay: Replay;
  readonly stack: MiddlewareStack;
  readonly scopes: AsyncContext<StepScope>;
  readonly answers: Answers;
  /** Null when every step is an answer of its own. */
  readonly checkpoints: Checkpoints | null;
  /** Longest a call with checkpoints goes on, ms; 0 for no limit. */
  readonly maxRuntimeMs: number;
  readonly startedAt: number;
  /** Ops that travel with whatever is answered next: deferred functions. Taken when they are sent. */
  readonly takeDeferred: () => readonly DraftOp[];
  /** Reports deferred functions of a run that fails for good; false where the server takes no reports. */
  readonly reportDeferred: (ops: readonly DraftOp[]) => Promise<boolean>;
  readonly world: World;
  readonly givenUp: AbortSignal;
}

/**
 * Leads one call to its answer (wire-protocol 6.5, 8): steps are found, one of them is run, or all are reported, or the
 * function has ended. With checkpoints it goes on after each step for as long as nothing stands in the way.
 *
 * @throws what ends the attempt without an outcome: a hook's error, the payload stage's, a stale checkpoint.
 */
export async function conductCall(conduct: Conduct): Promise<CallAnswer> {
  const { call, checkpoints } = conduct;
  if (call.targetStepId !== null) return targetedStep(conduct, call.targetStepId);
  let finished = 0;
  for (;;) {
    const { found, ending } = await conduct.replay.untilStandstill();
    const [first, ...others] = found;
    if (first === undefined) return answerEnding(conduct, ending);
    if (!mayRunNow(conduct, first) || others.length > 0) return answerFound(conduct, found);
    // With nothing to show for it, the next call would be as late.
    if (finished > 0 && isOver(conduct)) return answerOps(conduct, [discoveryRequest(conduct)]);
    const attempt = await runFound(conduct, first);
    if (attempt.kind === "failed") return answerFailedStep(conduct, attempt);
    // After a success the server counts attempts anew, which it does for an answer.
    if (checkpoints === null || call.attempt > 0) return answerOps(conduct, [attempt.op]);
    finished += 1;
    checkpoints.add([attempt.op, ...conduct.takeDeferred()]);
    if (checkpoints.isFull && !(await checkpoints.flush())) return answerOps(conduct, []);
    await conduct.replay.finish(first, attempt.data);
  }
}

/** Whether a call has gone on for as long as it may. */
function isOver({ maxRuntimeMs, startedAt, world }: Conduct): boolean {
  return maxRuntimeMs > 0 && world.now() - startedAt >= maxRuntimeMs;
}

/** Whether a step may be run as soon as it is found, being the only one. */
function mayRunNow({ call }: Conduct, { request, scope }: FoundStep): boolean {
  // Of a group, others may follow or be under way.
  return request.work.where === "app" && !call.isPlanOnly && scope.parallelMode === undefined;
}

async function targetedStep(conduct: Conduct, target: string): Promise<CallAnswer> {
  const { replay, world, answers } = conduct;
  const isTarget = ({ id, request }: FoundStep): boolean =>
    id.hashedId === target && request.work.where === "app";
  const limit = createDeferred();
  const timer = world.after(STEP_FOUND_WITHIN_MS, () => limit.resolve(undefined));
  const standstill = replay.untilStandstill((steps) => steps.some(isTarget));
  // Too late, nobody waits for it any more.
  standstill.catch(() => undefined);
  try {
    const reached = await Promise.race([standstill, limit.promise.then(() => null)]);
    const step = reached?.found.find(isTarget);
    if (step !== undefined) {
      timer.cancel();
      const attempt = await runFound(conduct, step);
      return attempt.kind === "failed"
        ? await answerFailedStep(conduct, attempt)
        : await answerOps(conduct, [attempt.op]);
    }
    // The function came to its end by another way, as after a race, with nothing left to do.
    if (reached !== null && reached.found.length === 0) return await answerEnding(conduct, reached.ending);
    const names = replay.found.map(({ id, info }) => ({ id: id.hashedId, displayName: info.name }));
    return answers.stepMissing(target, names);
  } finally {
    timer.cancel();
  }
}

/** Runs a step, unless the attempt is given up meanwhile. */
async function runFound(conduct: Conduct, step: FoundStep): Promise<StepAttempt> {
  const { work } = step.request;
  if (work.where !== "app")
    throw new HoldfastError("internal_error", "A step of the server's was to be run here.");
  const attempt = runStep(step, work, conduct);
  const outcome = await Promise.race([attempt, conduct.replay.givenUp.then(() => null)]);
  if (outcome !== null) return outcome;
  // Given up: this throws why.
  await conduct.replay.untilStandstill();
  return attempt;
}

/** Reports what was found; finished steps that wait are reported before, so that an answer is of one kind. */
async function answerFound(conduct: Conduct, found: readonly FoundStep[]): Promise<CallAnswer> {
  const ops: DraftOp[] = [];
  for (const step of found) ops.push(await foundOp(step));
  await flush(conduct);
  return answerOps(conduct, ops);
}

/** Asks to be called again, and for nothing else. */
function discoveryRequest({ world }: Conduct): DraftOp {
  return { op: "DiscoveryRequest", id: sha1Hex(`discovery-request-${world.now()}`) };
}

async function answerFailedStep(
  conduct: Conduct,
  attempt: StepAttempt & { readonly kind: "failed" },
): Promise<CallAnswer> {
  await flush(conduct);
  return answerOps(conduct, [attempt.op], {
    isRetriable: !attempt.isFinal,
    retryAfter: attempt.retryAfter,
  });
}

async function answerEnding(conduct: Conduct, ending: Ending | null): Promise<CallAnswer> {
  if (ending === null) throw new HoldfastError("internal_error", "A call stood still with nothing to do.");
  return ending.kind === "returned"
    ? answerReturned(conduct, ending.value)
    : answerThrown(conduct, ending.error);
}

async function answerReturned(conduct: Conduct, value: unknown): Promise<CallAnswer> {
  const { answers, checkpoints, info, stack } = conduct;
  let output: unknown;
  try {
    output = plainValue(value, "The function's result");
  } catch (error) {
    return answerThrown(conduct, error);
  }
  await stack.runComplete(info, output);
  await checkpoints?.stop();
  const before = [...(checkpoints?.take() ?? []), ...conduct.takeDeferred()];
  if (checkpoints === null && before.length === 0) return answers.output(output);
  return answers.ops([...before, { op: "RunComplete", id: sha1Hex("complete"), data: output }]);
}

async function answerThrown(conduct: Conduct, error: unknown): Promise<CallAnswer> {
  const { answers, call, info, replay, stack, checkpoints } = conduct;
  const isLast = replay.isStepFailure(error) || isFinal(error, call);
  await stack.runError(info, { error, isFinalAttempt: isLast });
  if (!(await flush(conduct))) {
    // The next call finds these steps finished, and comes to the same error.
    return answerOps(conduct, []);
  }
  await checkpoints?.stop();
  if (isLast) {
    // What is tried again is deferred again; what ends takes along what it deferred.
    const deferred = conduct.takeDeferred();
    if (deferred.length > 0 && !(await conduct.reportDeferred(deferred))) {
      // The next call finds them noted, and comes to the same error.
      return answers.ops([...deferred, discoveryRequest(conduct)]);
    }
  }
  const retryAfter = isLast ? null : verdictOf(error).retryAfter;
  return answers.failure(error, { isRetriable: !isLast, retryAfter });
}

/** Whether nothing waits any more to be reported. */
async function flush({ checkpoints }: Conduct): Promise<boolean> {
  return checkpoints === null || checkpoints.isEmpty || (await checkpoints.flush());
}

/** What still waits, what was deferred, and these. */
async function answerOps(conduct: Conduct, ops: readonly DraftOp[], next?: NextAttempt): Promise<CallAnswer> {
  await conduct.checkpoints?.stop();
  const waiting = conduct.checkpoints?.take() ?? [];
  return conduct.answers.ops([...waiting, ...conduct.takeDeferred(), ...ops], next);
}
