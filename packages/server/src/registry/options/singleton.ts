import type { FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { expressionOf, optionOf, wordOf } from "./values.ts";

/** What becomes of a second run while the first is unfinished (wire-protocol 4.4, 14.8). */
export function parseSingleton(raw: unknown, report: Report): FunctionOptions["singleton"] {
  const option = optionOf(raw, "singleton", report);
  if (option === undefined) return undefined;
  const mode = wordOf(option, "mode", ["skip", "cancel"], { required: true });
  const key = expressionOf(option, "key", "key");
  return mode === undefined ? undefined : { mode, key };
}
