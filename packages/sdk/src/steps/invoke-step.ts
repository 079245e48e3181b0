import { HoldfastError } from "@holdfast/protocol";
import type { FunctionReference, HoldfastFunction } from "../functions/contract.ts";
import type { PayloadPosition } from "../payloads/contract.ts";
import type { StepName } from "./contract.ts";
import type { StepHost } from "./step-host.ts";
import { stepOptions } from "./step-options.ts";
import type { StepRequest } from "./step-request.ts";
import type { TargetFunction } from "./target-function.ts";
import { targetFunction } from "./target-function.ts";
import type { Instant, Span } from "./time-text.ts";
import { endText } from "./time-text.ts";

interface Invocation {
  readonly function: HoldfastFunction | FunctionReference;
  readonly data?: unknown;
  readonly timeout?: Span | Instant;
  readonly v?: string;
  readonly meta?: unknown;
}

/** `step.invoke`. What the other function gives is opened as what it gave to this very step. */
export function invokeStep(host: StepHost, name: StepName, invocation: Invocation): StepRequest {
  const options = stepOptions(name, "step.invoke");
  const { app } = host.record;
  const target = targetFunction(invocation.function, { app, stepId: options.id });
  const describe = ({ data, timeout, v, meta }: Invocation) =>
    ({
      op: "InvokeFunction",
      app: target.app,
      functionId: target.functionId,
      data: dataOf(data, options.id),
      version: v ?? null,
      meta,
      timeout: timeout === undefined ? null : endText(timeout, options.id),
    }) as const;
  describe(invocation);
  return {
    kind: "invoke",
    options,
    input: [invocation],
    work: {
      where: "server",
      // Middleware hands on what it was given, or other data.
      describe: ([given]) => describe(given as Invocation),
      read: async (data, stepId) =>
        host.passage.stage.open(data, atOutcomeOf(host, target, "function-output", stepId)),
      readError: async (error, stepId) =>
        host.passage.stage.openError(error, atOutcomeOf(host, target, "function-error", stepId)),
    },
  };
}

/** Where the outcome of a run stands that this step invoked. */
function atOutcomeOf(
  { passage }: StepHost,
  { app, functionId }: TargetFunction,
  kind: "function-output" | "function-error",
  stepId: string,
): PayloadPosition {
  const { environment, runId } = passage.run;
  return { kind, environment, app, functionId, replyTo: { runId, stepId } };
}

/** Data that travels as an event's does: an object. */
export function dataOf(data: unknown, stepId: string): Readonly<Record<string, unknown>> {
  const given = data ?? {};
  // Neither null nor a list: an object.
  if (typeof given === "object" && !Array.isArray(given)) return given as Readonly<Record<string, unknown>>;
  throw new HoldfastError("step_invalid", `Step "${stepId}" has data that is no object.`);
}
