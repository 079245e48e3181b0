import { HoldfastError } from "@holdfast/protocol";
import type { HoldfastFunction } from "../functions/contract.ts";
import { recordsOf } from "../functions/records.ts";
import type { RunHistory } from "./contract.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * A history of a run that a server traced: what `GET /v2/runs/{runId}/trace?includeOutput=true` answers, with its envelope
 * or without. A trace wraps what is no object as `{"data": …}`; that is taken off again. Steps that finished in the same
 * millisecond are in the order in which they began.
 *
 * @param fn the function that ran
 * @throws HoldfastError `request_invalid` for what is no trace, or one without the steps' outputs.
 */
export function historyOfTrace(trace: unknown, fn: HoldfastFunction): RunHistory {
  const document = fieldsOf(fieldsOf(trace)["data"] ?? trace);
  const root = fieldsOf(document["rootSpan"]);
  const { children = [], input, output, status } = root;
  if (!Array.isArray(children) || input === undefined) {
    throw new HoldfastError("request_invalid", "Cannot read the trace: it has no root span with an input.", {
      next: "Fetch it with ?includeOutput=true.",
    });
  }
  const [record] = recordsOf(fn);
  const events = unwrapped(input);
  const steps = children.map((child) => fieldsOf(child)).filter(isFinished);
  const end = ENDS[String(status)];
  return {
    function: record?.slug ?? fn.id,
    ...(typeof document["runId"] === "string" ? { runId: document["runId"] } : {}),
    events: Array.isArray(events) ? events : [events],
    steps: steps
      .toSorted((left, right) => endOf(left) - endOf(right))
      .map((step) => ({ id: String(step["stepId"]), memo: memoOf(step), name: String(step["name"]) })),
    ...(end === undefined
      ? {}
      : {
          end: {
            status: end,
            ...(end === "Failed" ? { error: output } : { output: unwrapped(output ?? null) }),
          },
        }),
  };
}

/** How a trace names the ends of runs. */
const ENDS: Readonly<Record<string, string>> = {
  COMPLETED: "Completed",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
};

function isFinished({ output, status, stepId, stepOp }: Fields): boolean {
  // Traces have no word for a request of the server's, nor for a function that was deferred, which is no step.
  const isStep = stepOp !== undefined || typeof fieldsOf(output)["status_code"] === "number";
  return typeof stepId === "string" && isStep && (status === "COMPLETED" || status === "FAILED");
}

function endOf({ endedAt }: Fields): number {
  return Date.parse(String(endedAt));
}

/** What an app is given back for a finished step (wire-protocol 5.4). */
function memoOf({ output, status, stepOp }: Fields): unknown {
  if (status === "FAILED") return { error: output };
  switch (stepOp) {
    case "SLEEP":
      return null;
    case "WAIT_FOR_EVENT":
      return output ?? null;
    case "WAIT_FOR_SIGNAL":
      return output === undefined ? null : { data: output };
    default:
      return { data: unwrapped(output ?? null) };
  }
}

/** A value without the wrapping of what is no object. */
function unwrapped(value: unknown): unknown {
  const fields = fieldsOf(value);
  const { data } = fields;
  const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
  return Object.keys(fields).join() === "data" && !isObject ? data : value;
}

/** The members of what should be an object; none of anything else. */
function fieldsOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  // Any object's members may be looked up by name.
  return value as Fields;
}
