import type { OpCode, WireError } from "@holdfast/protocol";
import { canonicalJson, isHoldfastError, LIMITS, parseDuration } from "@holdfast/protocol";
import type { ReportedOp } from "./reported-op.ts";

/** Ops that belong to capabilities this version does not have. They end the run with a clear error, never in silence. */
const LATER: ReadonlySet<OpCode> = new Set<OpCode>([
  "WaitForEvent",
  "InvokeFunction",
  "AIGateway",
  "Gateway",
  "WaitForSignal",
  "SyncRunComplete",
  "DeferAdd",
  "DeferAbort",
]);

/** Whether the op needs a capability this version does not have. */
export function isLater(op: ReportedOp): boolean {
  return LATER.has(op.op);
}

/** The error that ends a run whose app asked for a capability this version does not have. */
export function notSupportedYet(op: ReportedOp): WireError {
  return {
    name: "NotSupportedYet",
    message: `Step "${op.label}" sent the op "${op.op}", which this version of Holdfast does not support yet. Remove the step, or run the function on a later version.`,
  };
}

/** Why an op must not be checkpointed (wire-protocol 16.1), or null. */
export function checkpointRefusal(op: ReportedOp): string | null {
  switch (op.op) {
    case "StepRun":
    case "Step":
    case "StepPlanned":
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
    case "DeferAdd":
    case "DeferAbort":
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

/** What is remembered of a step that failed for good. `data` is kept inside the error: some SDKs return it with it. */
export function failureMemo(op: ReportedOp): string {
  return `{"error":${canonicalJson(errorOf(op))}}`;
}

/** The error an op reports; an op without one still says which step failed. */
export function errorOf(op: ReportedOp): WireError {
  return op.error ?? { name: "Error", message: `Step "${op.label}" failed without saying why.` };
}

/**
 * When a `Sleep` ends, Unix ms: a duration or an instant, in `opts.duration` or in the op's name (7.2).
 * One that lies in the past ends now. Too long, or unreadable, is an error that ends the run (11.2).
 */
export function sleepUntil(
  op: ReportedOp,
  now: number,
): { readonly at: number } | { readonly error: WireError } {
  const asked = op.opts["duration"];
  const text = typeof asked === "string" && asked !== "" ? asked : (op.carried ?? "");
  const at = instantOf(text, now);
  if (at === null) {
    return {
      error: {
        name: "InvalidSleep",
        message: `Step "${op.label}" asked to sleep for "${text}", which is neither a duration nor a date.`,
      },
    };
  }
  if (at - now > LIMITS.sleepMs) {
    return {
      error: {
        name: "InngestErrTimeoutTooLong",
        message: `Step "${op.label}" asked to sleep for "${text}"; a run may sleep at most ${LIMITS.sleepMs / 86_400_000} days at once.`,
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
