import type { Op } from "@holdfast/protocol";
import type { PlacedValue } from "./contract.ts";

/** SHA-1 of `complete`: the id under which SDKs report the end of the whole function (wire-protocol 7.2). */
const COMPLETE = "0737c22d3bfae812339732d14d8c7dbd6dc4e09c";

/**
 * Everything of an app's that an op carries (wire-protocol 7.2), with its position. In clear by nature, and not listed: the
 * op's code and ids, names of steps, events, signals and functions, expressions, times. Pure.
 *
 * @param output what the result of the function is: that of a durable endpoint is an answer to a request
 */
export function opValues(
  op: Op,
  output: "function-output" | "endpoint-response" = "function-output",
): readonly PlacedValue[] {
  const opts = op.opts ?? {};
  const values: PlacedValue[] = [{ position: "metadata", value: op.metadata }];
  switch (op.op) {
    case "RunComplete":
    case "SyncRunComplete":
      values.push({ position: output, value: op.data });
      break;
    case "Step":
      values.push({ position: "step-output", value: unwrapped(op.data) });
      break;
    default:
      values.push({ position: "step-output", value: op.data });
  }
  values.push({ position: op.id === COMPLETE ? "function-error" : "step-error", value: op.error });
  switch (op.op) {
    case "InvokeFunction": {
      const payload = fieldsOf(opts["payload"]);
      values.push({ position: "invoke-data", value: payload["data"] });
      values.push({ position: "invoke-user", value: payload["user"] });
      break;
    }
    case "DeferAdd":
      values.push({ position: "deferred-input", value: opts["input"] });
      break;
    case "Gateway":
    case "AIGateway":
      values.push({ position: "gateway", value: opts });
      break;
    default:
      values.push({ position: "step-input", value: opts["input"] });
  }
  return values;
}

/** The legacy `Step` op wraps its result once more. */
function unwrapped(data: unknown): unknown {
  const fields = fieldsOf(data);
  const keys = Object.keys(fields);
  return keys.length === 1 && keys[0] === "data" ? fields["data"] : data;
}

/** The members of an object; of anything else none. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
