import { isHoldfastError, LIMITS } from "@holdfast/protocol";
import { parseCron } from "#schedules";
import type { TriggerConfig } from "../function-config.ts";
import type { Report } from "./report.ts";
import { shown } from "./report.ts";
import type { Option } from "./values.ts";
import { durationOf, entriesOf, expressionOf, isFields, isGiven } from "./values.ts";

/** What starts the function: events, or the clock (wire-protocol 4.4, 13). A function without triggers is only invoked. */
export function parseTriggers(raw: unknown, report: Report): readonly TriggerConfig[] {
  const seen = new Map<string, string>();
  return entriesOf(raw, "triggers", LIMITS.triggersPerFunctionCount, report).flatMap(({ path, value }) => {
    const trigger = parseTrigger(value, path, report);
    if (trigger === undefined) return [];
    const first = seen.get(identity(trigger));
    if (first !== undefined) report("config_invalid", `${path} is the same trigger as ${first}`);
    else seen.set(identity(trigger), path);
    return [trigger];
  });
}

/** Ticks of a function are told apart by their cron expression: with two jitters it is the same trigger still. */
function identity(trigger: TriggerConfig): string {
  return "cron" in trigger
    ? JSON.stringify(["cron", trigger.cron])
    : JSON.stringify(["event", trigger.event, trigger.expression ?? null]);
}

function parseTrigger(raw: unknown, path: string, report: Report): TriggerConfig | undefined {
  if (!isFields(raw)) {
    report("config_invalid", `${path} must be an object, not ${shown(raw)}`);
    return undefined;
  }
  const option: Option = { path, fields: raw, report };
  if (!isGiven(raw["cron"])) return parseEvent(option);
  if (!isGiven(raw["event"])) return parseSchedule(option);
  report("config_invalid", `${path} must have an event or a cron expression, not both`);
  return undefined;
}

function parseEvent(option: Option): TriggerConfig | undefined {
  const { path, fields, report } = option;
  const event = fields["event"];
  const expression = expressionOf(option, "expression", "filter");
  if (typeof event === "string" && event !== "" && event.length <= LIMITS.triggerChars)
    return { event, expression };
  report(
    "event_name_invalid",
    `${path}.event must be 1 to ${LIMITS.triggerChars} characters of text, not ${shown(event)}`,
  );
  return undefined;
}

function parseSchedule(option: Option): TriggerConfig | undefined {
  const { path, fields, report } = option;
  const cron = fields["cron"];
  const jitterMs = durationOf(option, "jitter", {
    minMs: LIMITS.cronJitterMinMs,
    maxMs: LIMITS.cronJitterMaxMs,
    code: "schedule_invalid",
  });
  if (typeof cron !== "string") {
    report("schedule_invalid", `${path}.cron must be text, not ${shown(cron)}`);
    return undefined;
  }
  try {
    parseCron(cron);
    return { cron, jitterMs };
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    report("schedule_invalid", `${path}.cron: ${error.message.replace(/\.$/, "")}`);
    return undefined;
  }
}
