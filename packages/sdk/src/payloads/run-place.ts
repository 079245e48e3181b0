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
  /** Set for the run of a durable endpoint, of which the result is the answer to a request. */
  readonly isEndpoint?: boolean;
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

/** Where the answer of a durable endpoint stands. */
export function atEndpointAnswer({
  environment,
  app,
  runId,
}: Pick<RunPlace, "environment" | "app" | "runId">): PayloadPosition {
  return { kind: "endpoint-response", environment, app, runId };
}

/**
 * Where a run's outcome stands: at its run, and for one that was invoked at the step that waits for it too. That step does
 * not know the run's id, and whoever else reads the outcome may know nothing but that: each names what it knows.
 */
export function atOutcome(run: RunPlace, kind: "function-output" | "function-error"): PayloadPosition {
  const { environment, app, functionId, runId, replyTo } = run;
  // Whoever reads the answer may know the run alone.
  if (run.isEndpoint === true && kind === "function-output") return atEndpointAnswer(run);
  return { kind, environment, app, functionId, runId, ...(replyTo === null ? {} : { replyTo }) };
}
