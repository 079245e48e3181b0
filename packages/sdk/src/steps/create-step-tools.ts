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
  // Each tool's declaration says what its request comes to; the replay hands values on without looking at them.
  const step = {
    run: async (name: StepName, work: Work, ...input: readonly unknown[]) =>
      host.ask(runStep("run", "step.run", name, work, input)),
    sleep: async (name, span) => host.ask(sleepStep(name, span)),
    sleepUntil: async (name, instant) => host.ask(sleepUntilStep(name, instant)),
    waitForEvent: async (name, options) => host.ask(waitForEventStep(host, name, options)),
    waitForAny: async (name, options) => waitForAnySteps(host, name, options),
    waitForSignal: async (name, options) => host.ask(waitForSignalStep(host, name, options)),
    sendSignal: async (name, options) => host.ask(sendSignalStep(host, name, options)),
    invoke: async (name, options) => host.ask(invokeStep(host, name, options)),
    sendEvent: async (name, events) => host.ask(sendEventStep(host, name, events)),
    fetch: async (input, init) => fetchStep(host, input, init),
    ai: {
      infer: async (name, options) => host.ask(inferStep(host, name, options)),
      wrap: async (name: StepName, work: Work, ...input: readonly unknown[]) =>
        host.ask(runStep("ai.wrap", "step.ai.wrap", name, work, input)),
      models: aiModels,
    },
    realtime: {
      publish: async (name, topic, data) => host.ask(publishStep(host, name, topic, data)),
    },
    // The declarations above, whose results are known to nobody here.
  } as StepTools;
  return { step, group: createGroupTools(host), defer: createDefer(host) };
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
