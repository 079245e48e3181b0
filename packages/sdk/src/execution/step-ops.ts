import type { DraftOp } from "../payloads/draft-op.ts";
import type { AppWork } from "../steps/step-request.ts";
import type { FoundStep } from "./replay.ts";

/** What every op says of its step. */
function stepFacts({ id, request, scope }: FoundStep): {
  readonly id: string;
  readonly userlandId: string;
  readonly displayName: string;
  readonly index?: number;
  readonly parallelMode?: "race" | "wait";
} {
  const { options } = request;
  return {
    id: id.hashedId,
    userlandId: options.id,
    displayName: options.name ?? options.id,
    ...(id.index === undefined ? {} : { index: id.index }),
    ...(scope.parallelMode === undefined ? {} : { parallelMode: scope.parallelMode }),
  };
}

/** The same of a step that the app runs, with its arguments where they are reported. */
export function appStepFacts(
  step: FoundStep,
  work: AppWork,
): ReturnType<typeof stepFacts> & {
  readonly type: string | null;
  readonly input: readonly unknown[] | null;
} {
  const input = work.reportsInput && step.input.length > 0 ? step.input : null;
  return { ...stepFacts(step), type: work.type, input };
}

/** The op that reports a step which was found: what the server does itself, or that the step is to be run. */
export async function foundOp(step: FoundStep): Promise<DraftOp> {
  const { work } = step.request;
  if (work.where === "app") return { op: "StepPlanned", ...appStepFacts(step, work) };
  return { ...stepFacts(step), ...(await work.describe(step.input)) };
}
