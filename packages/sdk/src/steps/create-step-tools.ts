import { aiModels } from "./ai-model.ts";
import { inferStep } from "./ai-steps.ts";
import type { StepContext, StepName } from "./contract.ts";
import { createDefer } from "./defer.ts";
import { sendEventStep, waitForAnySteps, waitForEventStep } from "./event-steps.ts";
import { fetchStep } from "./fetch-step.ts";
import { createGroupTools } from "./group-tools.ts";
import { invokeStep } from "./invoke-step.ts";
import { publishStep } from "./publish-step.ts";
import { sendSignalStep, waitForSignalStep } from "./signal-steps.ts";
import { sleepStep, sleepUntilStep } from "./sleep-steps.ts";
import type { StepHost } from "./step-host.ts";
import { stepOptions } from "./step-options.ts";
import type { StepRequest } from "./step-request.ts";
import type { Defer, GroupTools, StepTools } from "./step-tools.ts";

/** The tools of one call. */
export function createStepTools(host: StepHost): {
  readonly step: StepTools;
  readonly group: GroupTools;
  readonly defer: Defer;
} {
  const ask = (request: () => StepRequest): Promise<unknown> => {
    try {
      return host.ask(request());
    } catch (error) {
      return refused(error);
    }
  };
  // Each tool's declaration says what its request comes to; the replay hands values on without looking at them.
  const step = {
    run: (name: StepName, work: Work, ...input: readonly unknown[]) =>
      ask(() => runStep("run", "step.run", name, work, input)),
    sleep: (name, span) => ask(() => sleepStep(name, span)),
    sleepUntil: (name, instant) => ask(() => sleepUntilStep(name, instant)),
    waitForEvent: (name: StepName, options: Parameters<typeof waitForEventStep>[2]) =>
      ask(() => waitForEventStep(host, name, options)),
    waitForAny: (name: StepName, options: Parameters<typeof waitForAnySteps>[2]) =>
      waitForAnySteps(host, name, options),
    waitForSignal: (name, options) => ask(() => waitForSignalStep(host, name, options)),
    sendSignal: (name, options) => ask(() => sendSignalStep(host, name, options)),
    invoke: (name, options) => ask(() => invokeStep(host, name, options)),
    sendEvent: (name, events) => ask(() => sendEventStep(host, name, events)),
    fetch: (input, init) => fetchStep(host, input, init),
    ai: {
      infer: (name, options) => ask(() => inferStep(host, name, options)),
      wrap: (name: StepName, work: Work, ...input: readonly unknown[]) =>
        ask(() => runStep("ai.wrap", "step.ai.wrap", name, work, input)),
      models: aiModels,
    },
    realtime: {
      publish: (name, topic, data) => ask(() => publishStep(host, name, topic, data)),
    },
    // The declarations above, whose results are known to nobody here.
  } as StepTools;
  return { step, group: createGroupTools(host), defer: createDefer(host) };
}

/** A step that could not even be asked for. Whoever does not await it does not want to know. */
function refused(fault: unknown): Promise<never> {
  const refusal = Promise.reject(fault instanceof Error ? fault : new Error(String(fault)));
  refusal.catch(() => undefined);
  return refusal;
}

type Work = (...input: readonly unknown[]) => unknown;

function runStep(
  kind: "run" | "ai.wrap",
  tool: "step.run" | "step.ai.wrap",
  name: StepName,
  work: Work,
  input: readonly unknown[],
): StepRequest {
  return {
    kind,
    options: stepOptions(name, tool),
    input,
    work: {
      where: "app",
      type: kind === "run" ? null : tool,
      reportsInput: true,
      run: (given, { signal, attempt }) => work(...given, { signal, attempt } satisfies StepContext),
    },
  };
}
