import { LIMITS } from "@holdfast/protocol";
import type { FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { durationOf, expressionOf, optionOf } from "./values.ts";

/** How long events must stay away before the last of them starts a run (wire-protocol 4.4, 14.4). */
export function parseDebounce(raw: unknown, report: Report): FunctionOptions["debounce"] {
  const option = optionOf(raw, "debounce", report);
  if (option === undefined) return undefined;
  const periodMs = durationOf(option, "period", {
    minMs: LIMITS.debouncePeriodMinMs,
    maxMs: LIMITS.debouncePeriodMaxMs,
    required: true,
  });
  const timeoutMs = durationOf(option, "timeout", { minMs: 1, maxMs: LIMITS.sleepMs });
  const key = expressionOf(option, "key", "key");
  return periodMs === undefined ? undefined : { periodMs, timeoutMs, key };
}
