import { HoldfastError } from "@holdfast/protocol";
import { sendSignal } from "../client/send-signal.ts";
import type { PayloadPosition } from "../payloads/contract.ts";
import { plainValue } from "../payloads/plain-value.ts";
import type { StepName } from "./contract.ts";
import type { StepHost } from "./step-host.ts";
import { stepOptions } from "./step-options.ts";
import type { StepRequest } from "./step-request.ts";
import type { Instant, Span } from "./time-text.ts";
import { endText } from "./time-text.ts";

interface SignalWait {
  readonly signal: string;
  readonly timeout: Span | Instant;
  readonly onConflict?: "replace" | "fail";
}

/** `step.waitForSignal`. */
export function waitForSignalStep(host: StepHost, name: StepName, wait: SignalWait): StepRequest {
  const options = stepOptions(name, "step.waitForSignal");
  const describe = ({ signal, timeout, onConflict = "fail" }: SignalWait) =>
    ({
      op: "WaitForSignal",
      signal: signalName(signal, options.id),
      timeout: endText(timeout, options.id),
      conflict: onConflict,
    }) as const;
  describe(wait);
  return {
    kind: "waitForSignal",
    options,
    input: [wait],
    work: {
      where: "server",
      // Middleware hands on what it was given, or another wait.
      describe: ([given]) => describe(given as SignalWait),
      async read(memo) {
        if (typeof memo !== "object" || memo === null || !("signal" in memo)) return null;
        const signal = String(memo.signal);
        const data = "data" in memo ? memo.data : null;
        return { signal, data: await host.passage.stage.open(data, atSignal(host, signal)) };
      },
      readError: (error) => error,
    },
  };
}

/** `step.sendSignal`. */
export function sendSignalStep(
  host: StepHost,
  name: StepName,
  message: { readonly signal: string; readonly data?: unknown },
): StepRequest {
  const options = stepOptions(name, "step.sendSignal");
  signalName(message.signal, options.id);
  return {
    kind: "sendSignal",
    options,
    input: [message],
    work: {
      where: "app",
      type: "step.sendSignal",
      reportsInput: false,
      run([given]) {
        // Middleware hands on what it was given, or another signal.
        const { signal, data } = given as typeof message;
        return sendSignal(host.client, { signal, data: plainValue(data, `The data of signal "${signal}"`) });
      },
    },
  };
}

function atSignal({ passage }: StepHost, name: string): PayloadPosition {
  const { environment, app } = passage.run;
  return { kind: "signal", environment, app, name };
}

function signalName(signal: unknown, id: string): string {
  if (typeof signal === "string" && signal !== "") return signal;
  throw new HoldfastError("step_invalid", `Step "${id}" names no signal.`);
}
