import type { StepName } from "./contract.ts";
import { stepOptions } from "./step-options.ts";
import type { StepRequest } from "./step-request.ts";
import type { Instant, Span } from "./time-text.ts";
import { instantText, spanText } from "./time-text.ts";

/** `step.sleep`. */
export function sleepStep(name: StepName, span: Span): StepRequest {
  const options = stepOptions(name, "step.sleep");
  spanText(span, options.id);
  // Middleware hands on what it was given, or another time of the same kind.
  return sleeping(options, span, (given) => spanText(given as Span, options.id));
}

/** `step.sleepUntil`. */
export function sleepUntilStep(name: StepName, instant: Instant): StepRequest {
  const options = stepOptions(name, "step.sleepUntil");
  instantText(instant, options.id);
  // As above.
  return sleeping(options, instant, (given) => instantText(given as Instant, options.id));
}

function sleeping(
  options: StepRequest["options"],
  end: Span | Instant,
  text: (given: unknown) => string,
): StepRequest {
  return {
    kind: "sleep",
    options,
    input: [end],
    work: {
      where: "server",
      describe: ([given]) => ({ op: "Sleep", until: text(given) }),
      read: () => undefined,
      readError: (error) => error,
    },
  };
}
