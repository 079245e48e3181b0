import type { WireError } from "@holdfast/protocol";
import { canonicalJson, isHoldfastError, LIMITS, parseDuration } from "@holdfast/protocol";
import type { ReportedOp } from "./reported-op.ts";

/** Why an op must not be checkpointed (wire-protocol 16.1), or null. */
export function checkpointRefusal(op: ReportedOp): string | null {
  switch (op.op) {
    case "StepRun":
    case "Step":
    case "StepPlanned":
    case "DeferAdd":
    case "DeferAbort":
      return null;
    case "StepError":
    case "Sleep":
    case "WaitForEvent":
    case "InvokeFunction":
    case "AIGateway":
    case "Gateway":
    case "WaitForSignal":
      return "cannot checkpoint async steps";
    case "None":
    case "RunComplete":
    case "StepFailed":
    case "SyncRunComplete":
    case "DiscoveryRequest":
    case "StepNotFound":
      return `cannot checkpoint opcode: ${op.op}`;
  }
}

/** What is remembered of a step that ran: its result, or an error in place of a result that is too large to keep. */
export function memoOf(op: ReportedOp): {
  readonly kind: "step.completed" | "step.failed";
  readonly text: string;
} {
  const bytes = Buffer.byteLength(op.data);
  if (bytes > LIMITS.stepOutputBytes) {
    const error = {
      name: "StepOutputTooLarge",
      message: `Step "${op.label}" returned ${bytes} bytes; a step may return at most ${LIMITS.stepOutputBytes}.`,
      noRetry: true,
    };
    return { kind: "step.failed", text: `{"error":${canonicalJson(error)}}` };
  }
  return { kind: "step.completed", text: `{"data":${op.data}}` };
}

/** Why an op is refused for the arguments it carries (11.1), or null. */
export function inputFault(op: ReportedOp): WireError | null {
  const input = op.opts["input"];
  if (input === undefined || op.op === "DeferAdd") return null;
  const bytes = Buffer.byteLength(JSON.stringify(input) ?? "");
  if (bytes <= LIMITS.stepInputBytes) return null;
  return {
    name: "StepInputTooLarge",
    message: `Step "${op.label}" was given ${bytes} bytes; a step may be given at most ${LIMITS.stepInputBytes}.`,
    noRetry: true,
  };
}

/** What is remembered of a step that failed for good. `data` is kept inside the error: some SDKs return it with it. */
export function failureMemo(op: ReportedOp): string {
  return `{"error":${canonicalJson(errorOf(op))}}`;
}

/** The error an op reports; an op without one still says which step failed. */
export function errorOf(op: ReportedOp): WireError {
  return op.error ?? { name: "Error", message: `Step "${op.label}" failed without saying why.` };
}

/** When a `Sleep` ends, Unix ms: a duration or an instant, in `opts.duration` or in the op's name (7.2). */
export function sleepUntil(op: ReportedOp, now: number): Instant {
  const asked = op.opts["duration"];
  return timeoutAt(op, typeof asked === "string" && asked !== "" ? asked : (op.carried ?? ""), now);
}

type Instant = { readonly at: number } | { readonly error: WireError };

/**
 * When a pause of this length ends, Unix ms. One that lies in the past, or no text at all, ends now. Too long, or
 * unreadable, is an error that ends the run (11.2).
 */
export function timeoutAt(op: ReportedOp, text: string, now: number): Instant {
  const at = instantOf(text, now);
  const isSleep = op.op === "Sleep";
  const act = isSleep ? "sleep" : "wait";
  if (at === null) {
    return {
      error: {
        name: isSleep ? "InvalidSleep" : "InvalidTimeout",
        message: `Step "${op.label}" asked to ${act} for "${text}", which is neither a duration nor a date.`,
      },
    };
  }
  if (at - now > LIMITS.sleepMs) {
    return {
      error: {
        name: "InngestErrTimeoutTooLong",
        message: `Step "${op.label}" asked to ${act} for "${text}"; a run may ${act} at most ${LIMITS.sleepMs / 86_400_000} days at once.`,
      },
    };
  }
  return { at: Math.max(at, now) };
}

/** An RFC 3339 date, with or without a time. `Date.parse` alone would take much more for a date. */
const DATE = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/;

function instantOf(text: string, now: number): number | null {
  // SDKs write a sleep of zero, or less, as no text at all.
  if (text === "") return now;
  try {
    return now + Math.ceil(parseDuration(text));
  } catch (error) {
    if (!isHoldfastError(error, "duration_invalid")) throw error;
  }
  const instant = DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? null : instant;
}
