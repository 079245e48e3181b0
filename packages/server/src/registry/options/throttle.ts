import { LIMITS } from "@holdfast/protocol";
import type { FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { durationOf, expressionOf, optionOf, wholeNumberOf } from "./values.ts";

/** How many runs may start in a stretch of time; others wait for their turn (wire-protocol 4.4, 14.2). */
export function parseThrottle(raw: unknown, report: Report): FunctionOptions["throttle"] {
  const option = optionOf(raw, "throttle", report);
  if (option === undefined) return undefined;
  const limit = wholeNumberOf(option, "limit", { min: 1 }) ?? 1;
  const periodMs = durationOf(option, "period", { minMs: 1, maxMs: LIMITS.sleepMs, required: true });
  const burst = wholeNumberOf(option, "burst", { min: 0 }) ?? 0;
  const key = expressionOf(option, "key", "key");
  return periodMs === undefined ? undefined : { limit, periodMs, burst, key };
}
