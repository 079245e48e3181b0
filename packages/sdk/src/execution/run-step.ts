import { HoldfastError } from "@holdfast/protocol";
import { retryAfterText } from "../errors/retry-after-error.ts";
import type { MiddlewareStack } from "../middleware/contract.ts";
import type { DraftNote, DraftOp } from "../payloads/draft-op.ts";
import { plainValue } from "../payloads/plain-value.ts";
import type { AsyncContext } from "../platform/async-context.ts";
import type { World } from "../platform/contract.ts";
import type { StepOptions } from "../steps/contract.ts";
import type { AppWork } from "../steps/step-request.ts";
import type { StepScope } from "../steps/step-scope.ts";
import { spanMs } from "../steps/time-text.ts";
import type { FoundStep } from "./replay.ts";
import { appStepFacts } from "./step-ops.ts";
import { isFinal, verdictOf } from "./verdict.ts";

/** What became of one attempt at a step, ready to be reported. */
export type StepAttempt =
  | { readonly kind: "succeeded"; readonly op: DraftOp; /** As JSON holds it. */ readonly data: unknown }
  | {
      readonly kind: "failed";
      readonly op: DraftOp;
      readonly isFinal: boolean;
      /** As a `retry-after` header says it; null for the server's own back-off. */
      readonly retryAfter: string | null;
    };

interface RunStepDeps {
  readonly call: { readonly attempt: number; readonly maxAttempts: number };
  readonly stack: MiddlewareStack;
  readonly scopes: AsyncContext<StepScope>;
  readonly world: World;
  /** Aborted when the attempt is given up. */
  readonly givenUp: AbortSignal;
}

/** Runs a step's function once. Never rejects: whatever is thrown is the outcome of the attempt. */
export async function runStep(step: FoundStep, work: AppWork, deps: RunStepDeps): Promise<StepAttempt> {
  const { call, stack } = deps;
  const { options } = step.request;
  const facts = appStepFacts(step, work);
  const notes: DraftNote[] = [];
  await stack.stepStart(step.info);
  try {
    const result = await attempt(step, work, notes, deps);
    const data = plainValue(result, `The result of step "${options.id}"`);
    await stack.stepComplete(step.info, data);
    return { kind: "succeeded", op: { op: "StepRun", ...facts, data, notes }, data };
  } catch (error) {
    const isLast = isFinal(error, call, options.retries);
    await stack.stepError(step.info, { error, isFinalAttempt: isLast });
    return {
      kind: "failed",
      op: { op: isLast ? "StepFailed" : "StepError", ...facts, error },
      isFinal: isLast,
      retryAfter: isLast ? null : (verdictOf(error).retryAfter ?? backoffText(options, call.attempt)),
    };
  }
}

/** The step's function in its middleware, for at most as long as the step may take. */
async function attempt(
  step: FoundStep,
  work: AppWork,
  notes: DraftNote[],
  { call, stack, scopes, world, givenUp }: RunStepDeps,
): Promise<unknown> {
  const { options } = step.request;
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(givenUp.reason);
  if (givenUp.aborted) giveUp();
  givenUp.addEventListener("abort", giveUp, { once: true });
  const context = {
    signal: controller.signal,
    attempt: call.attempt,
    note: (note: DraftNote) => void notes.push(note),
  };
  const run = async (): Promise<unknown> =>
    stack.wrapStepHandler(step.info, async () => work.run(step.input, context));
  const limit = deadline(options, world, controller);
  try {
    const running = scopes.run({ ...step.scope, runningStep: options.id }, run);
    return await Promise.race([running, limit.passed]);
  } finally {
    limit.cancel();
    givenUp.removeEventListener("abort", giveUp);
  }
}

/** Rejects when the step has taken as long as it may, and aborts what it was given. */
function deadline(
  { id, timeout }: StepOptions,
  world: World,
  controller: AbortController,
): { readonly passed: Promise<never>; cancel(): void } {
  if (timeout === undefined) return { passed: new Promise<never>(() => undefined), cancel: () => undefined };
  const ms = spanMs(timeout, id);
  let cancel = (): void => undefined;
  const passed = new Promise<never>((_, reject) => {
    const timer = world.after(ms, () => {
      const error = new HoldfastError("timed_out", `Step "${id}" took longer than its time-out of ${ms} ms.`);
      controller.abort(error);
      reject(error);
    });
    cancel = () => timer.cancel();
  });
  return { passed, cancel };
}

/** How long the step's author has the server wait before the next attempt. */
function backoffText({ id, backoff }: StepOptions, attempted: number): string | null {
  if (backoff === undefined) return null;
  const wait = typeof backoff === "function" ? backoff(attempted) : backoff;
  return retryAfterText(spanMs(wait, id));
}
