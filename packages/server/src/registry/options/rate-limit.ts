import { LIMITS } from "@holdfast/protocol";
import type { FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { durationOf, expressionAt, expressionOf, optionOf, wholeNumberOf } from "./values.ts";

/**
 * How many runs may start in a stretch of time; others never do (wire-protocol 4.4, 14.3). An `idempotency` key is one
 * run in 24 hours for each of its values, in place of `rateLimit` (14.7), which is checked all the same.
 */
export function parseRateLimit(
  raw: unknown,
  idempotency: unknown,
  report: Report,
): FunctionOptions["rateLimit"] {
  const limited = parseLimit(raw, report);
  const key = expressionAt(idempotency, "idempotency", "key", report);
  return key === undefined ? limited : { limit: 1, periodMs: LIMITS.idempotencyMs, key };
}

function parseLimit(raw: unknown, report: Report): FunctionOptions["rateLimit"] {
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
