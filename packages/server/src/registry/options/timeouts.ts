import { LIMITS } from "@holdfast/protocol";
import type { FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { durationOf, optionOf } from "./values.ts";

/** How long a run may wait for its first call, and take from there (wire-protocol 4.4, 14.9). */
export function parseTimeouts(raw: unknown, report: Report): FunctionOptions["timeouts"] {
  const option = optionOf(raw, "timeouts", report);
  if (option === undefined) return undefined;
  const bounds = { minMs: 1, maxMs: LIMITS.sleepMs };
  const startMs = durationOf(option, "start", bounds);
  const finishMs = durationOf(option, "finish", bounds);
  return startMs === undefined && finishMs === undefined ? undefined : { startMs, finishMs };
}
