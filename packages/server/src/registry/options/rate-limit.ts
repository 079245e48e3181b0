import { LIMITS } from "@holdfast/protocol";
import type { FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { durationOf, expressionOf, optionOf, wholeNumberOf } from "./values.ts";

/** How many runs may start in a stretch of time; others never do (wire-protocol 4.4, 14.3). */
export function parseRateLimit(raw: unknown, report: Report): FunctionOptions["rateLimit"] {
  const option = optionOf(raw, "rateLimit", report);
  if (option === undefined) return undefined;
  const limit = wholeNumberOf(option, "limit", { min: 1, required: true });
  const periodMs = durationOf(option, "period", {
    minMs: 1,
    maxMs: LIMITS.rateLimitPeriodMs,
    required: true,
  });
  const key = expressionOf(option, "key", "key");
  return limit === undefined || periodMs === undefined ? undefined : { limit, periodMs, key };
}
