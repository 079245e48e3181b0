import type { PayloadPosition, ReplyTo } from "./contract.ts";

/** The run whose values are written or read. */
export interface RunPlace {
  readonly environment: string;
  readonly app: string;
  /** Without the app's. */
  readonly functionId: string;
  readonly runId: string;
  /** The step to which the run's outcome belongs, when an invoke started it. */
  readonly replyTo: ReplyTo | null;
}

/** Where a value of one step stands. */
export function atStep(
  run: RunPlace,
  kind: PayloadPosition["kind"],
  stepId: string,
  index?: number,
): PayloadPosition {
  const { environment, app, functionId, runId } = run;
  return { kind, environment, app, functionId, runId, stepId, ...(index === undefined ? {} : { index }) };
}

/**
 * Where a run's outcome stands. That of a run which was invoked is at the step that invoked it, which does not know the
 * run's id; whoever reads it names the same place.
 */
export function atOutcome(run: RunPlace, kind: "function-output" | "function-error"): PayloadPosition {
  const { environment, app, functionId, runId, replyTo } = run;
  return { kind, environment, app, functionId, ...(replyTo === null ? { runId } : { replyTo }) };
}
