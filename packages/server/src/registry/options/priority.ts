import type { FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { expressionOf, optionOf } from "./values.ts";

/** By how many seconds a run goes ahead of others of its function that wait (wire-protocol 4.4, 14.6). */
export function parsePriority(raw: unknown, report: Report): FunctionOptions["priority"] {
  const option = optionOf(raw, "priority", report);
  return option === undefined ? undefined : expressionOf(option, "run", "priority");
}
