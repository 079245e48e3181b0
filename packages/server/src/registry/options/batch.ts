import { LIMITS } from "@holdfast/protocol";
import type { FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { durationOf, expressionOf, optionOf, wholeNumberOf } from "./values.ts";

/** How many events start a run together, and how long they wait for one another (wire-protocol 4.4, 14.5). */
export function parseBatch(raw: unknown, report: Report): FunctionOptions["batchEvents"] {
  const option = optionOf(raw, "batchEvents", report);
  if (option === undefined) return undefined;
  const maxSize = wholeNumberOf(option, "maxSize", { min: 2, required: true, code: "batch_size_invalid" });
  const timeoutMs = durationOf(option, "timeout", {
    minMs: LIMITS.batchTimeoutMinMs,
    maxMs: LIMITS.sleepMs,
    required: true,
    code: "batch_timeout_invalid",
  });
  const key = expressionOf(option, "key", "key", { code: "batch_key_expression_invalid" });
  const filter = expressionOf(option, "if", "filter", { code: "batch_if_expression_invalid" });
  return maxSize === undefined || timeoutMs === undefined
    ? undefined
    : { maxSize, timeoutMs, key, if: filter };
}
