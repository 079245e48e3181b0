import { LIMITS } from "@holdfast/protocol";
import type { FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { shown } from "./report.ts";
import { durationOf, entriesOf, expressionOf, isGiven, optionOf } from "./values.ts";

/** Events that cancel a run (wire-protocol 4.4, 15.5). Their `if` takes the restricted grammar (12.5). */
export function parseCancel(raw: unknown, report: Report): FunctionOptions["cancel"] {
  if (!isGiven(raw)) return undefined;
  return entriesOf(raw, "cancel", LIMITS.cancelRulesPerFunctionCount, report).flatMap(({ path, value }) => {
    const option = optionOf(value, path, report);
    if (option === undefined) {
      if (!isGiven(value)) report("event_name_invalid", `${path} must name an event`);
      return [];
    }
    const event = option.fields["event"];
    const timeoutMs = durationOf(option, "timeout", { minMs: 1, maxMs: LIMITS.sleepMs });
    const filter = expressionOf(option, "if", "cancel");
    if (typeof event === "string" && event !== "" && event.length <= LIMITS.eventNameChars)
      return [{ event, if: filter, timeoutMs }];
    report(
      "event_name_invalid",
      `${path}.event must be 1 to ${LIMITS.eventNameChars} characters of text, not ${shown(event)}`,
    );
    return [];
  });
}
