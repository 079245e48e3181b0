import { LIMITS } from "@holdfast/protocol";
import { isEventType } from "../events/event-type.ts";
import type { StandardSchema } from "../events/standard-schema.ts";
import { eventNameOf } from "./flow-control.ts";
import type { Fields, Option } from "./option-values.ts";
import { durationOf, fieldsOf, listOf, member, optionFault, textOf } from "./option-values.ts";

/** A function's triggers, read. */
export interface ReadTriggers {
  /** As a registration has them. */
  readonly onWire: readonly Fields[];
  readonly events: readonly { readonly name: string; readonly schema: StandardSchema | null }[];
  /** Of what it is invoked with, where that was said. */
  readonly invokeSchema: StandardSchema | null;
}

/** Reads one trigger, several, or none. `option.value` is undefined for none. */
export function readTriggers(option: Option): ReadTriggers {
  const { value } = option;
  const list =
    value === undefined
      ? []
      : Array.isArray(value)
        ? listOf(option, LIMITS.triggersPerFunctionCount)
        : [option];
  const read = list.map(readTrigger);
  const onWire = read.flatMap((each) => each.onWire);
  const invokes = read.flatMap((each) => (each.invokeSchema === null ? [] : [each.invokeSchema]));
  if (invokes.length > 1) throw optionFault(option, "has more than one invoke(…)");
  const texts = onWire.map((each) => JSON.stringify(each));
  const doubled = texts.find((text, index) => texts.indexOf(text) !== index);
  if (doubled !== undefined) throw optionFault(option, `has the same trigger twice: ${doubled}`);
  return { onWire, events: read.flatMap((each) => each.events), invokeSchema: invokes[0] ?? null };
}

function readTrigger(option: Option): ReadTriggers {
  const { value } = option;
  if (isEventType(value)) return ofEvent(option, value, undefined);
  if (typeof value !== "object" || value === null)
    throw optionFault(option, "must be an event's type, {event}, cron(…) or invoke(…)");
  if ("event" in value) {
    const fields = fieldsOf(option, ["event", "if"]);
    return ofEvent(
      member(option, "event", fields["event"]),
      fields["event"],
      member(option, "if", fields["if"]),
    );
  }
  if ("cron" in value) {
    const fields = fieldsOf(option, ["cron", "jitter"]);
    const { cronJitterMinMs: minMs, cronJitterMaxMs: maxMs, triggerChars } = LIMITS;
    const cron = textOf(member(option, "cron", fields["cron"]), triggerChars);
    const jitter = member(option, "jitter", fields["jitter"]);
    return {
      onWire: [{ cron, ...(jitter.value === undefined ? {} : { jitter: durationOf(jitter, minMs, maxMs) }) }],
      events: [],
      invokeSchema: null,
    };
  }
  const { invoke } = fieldsOf(option, ["invoke"]);
  if (!isSchema(invoke)) throw optionFault(member(option, "invoke"), "must be a Standard Schema");
  return { onWire: [], events: [], invokeSchema: invoke };
}

function ofEvent(option: Option, event: unknown, filter: Option | undefined): ReadTriggers {
  const name = eventNameOf(option, LIMITS.triggerChars);
  const expression = filter?.value === undefined ? {} : { expression: textOf(filter) };
  return {
    onWire: [{ event: name, ...expression }],
    events: [{ name, schema: isEventType(event) ? event.schema : null }],
    invokeSchema: null,
  };
}

/** Whether a value is a Standard Schema. Some of them are functions. */
export function isSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard: unknown = "~standard" in value ? value["~standard"] : null;
  return typeof standard === "object" && standard !== null && "validate" in standard;
}
