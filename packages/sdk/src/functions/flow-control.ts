import { LIMITS } from "@holdfast/protocol";
import { isEventType } from "../events/event-type.ts";
import type { Fields, Option } from "./option-values.ts";
import {
  countOf,
  durationOf,
  fieldsOf,
  listOf,
  member,
  optionFault,
  textOf,
  wordOf,
} from "./option-values.ts";

/** Reads one option into the member of the same meaning on the wire. */
export type OptionReader = (option: Option) => readonly [name: string, value: unknown];

const SECOND_MS = 1000;

/**
 * The options that the server acts on, each with its reader (wire-protocol 4.4). What the server would refuse by its form
 * is refused here, where the author stands; expressions are the server's to read.
 */
export const FLOW_READERS: Readonly<Record<string, OptionReader>> = {
  concurrency: (option) => ["concurrency", readConcurrency(option)],
  throttle: (option) => ["throttle", readThrottle(option)],
  rateLimit: (option) => ["rateLimit", readRateLimit(option)],
  debounce: (option) => ["debounce", readDebounce(option)],
  batchEvents: (option) => ["batchEvents", readBatch(option)],
  priority: (option) => [
    "priority",
    { run: textOf(member(option, "run", fieldsOf(option, ["run"])["run"])) },
  ],
  singleton: (option) => ["singleton", readSingleton(option)],
  idempotency: (option) => ["idempotency", textOf(option)],
  cancelOn: (option) => ["cancel", readCancel(option)],
  timeouts: (option) => ["timeouts", readTimeouts(option)],
};

function readConcurrency(option: Option): unknown {
  if (typeof option.value === "number") return countOf(option, 0);
  if (!Array.isArray(option.value)) return readConcurrencyRule(option);
  return listOf(option, LIMITS.concurrencyRulesPerFunctionCount).map(readConcurrencyRule);
}

function readConcurrencyRule(option: Option): Fields {
  const fields = fieldsOf(option, ["limit", "key", "scope"]);
  const scope = optional(option, fields, "scope", (each) => wordOf(each, ["fn", "env", "account"]));
  if (scope["scope"] !== undefined && scope["scope"] !== "fn" && fields["key"] === undefined)
    throw optionFault(member(option, "key"), "must be given where the scope is wider than the function");
  return {
    limit: countOf(member(option, "limit", fields["limit"]), 0),
    ...optional(option, fields, "key", textOf),
    ...scope,
  };
}

function readThrottle(option: Option): Fields {
  const fields = fieldsOf(option, ["limit", "period", "burst", "key"]);
  return {
    limit: countOf(member(option, "limit", fields["limit"]), 1),
    period: durationOf(member(option, "period", fields["period"]), SECOND_MS),
    ...optional(option, fields, "burst", (each) => countOf(each, 0)),
    ...optional(option, fields, "key", textOf),
  };
}

function readRateLimit(option: Option): Fields {
  const fields = fieldsOf(option, ["limit", "period", "key"]);
  return {
    limit: countOf(member(option, "limit", fields["limit"]), 1),
    period: durationOf(member(option, "period", fields["period"]), SECOND_MS, LIMITS.rateLimitPeriodMs),
    ...optional(option, fields, "key", textOf),
  };
}

function readDebounce(option: Option): Fields {
  const fields = fieldsOf(option, ["period", "key", "timeout"]);
  const { debouncePeriodMinMs: minMs, debouncePeriodMaxMs: maxMs } = LIMITS;
  return {
    period: durationOf(member(option, "period", fields["period"]), minMs, maxMs),
    ...optional(option, fields, "key", textOf),
    ...optional(option, fields, "timeout", (each) => durationOf(each, 1)),
  };
}

function readBatch(option: Option): Fields {
  const fields = fieldsOf(option, ["maxSize", "timeout", "key", "if"]);
  return {
    maxSize: countOf(member(option, "maxSize", fields["maxSize"]), 2),
    timeout: durationOf(member(option, "timeout", fields["timeout"]), LIMITS.batchTimeoutMinMs),
    ...optional(option, fields, "key", textOf),
    ...optional(option, fields, "if", textOf),
  };
}

function readSingleton(option: Option): Fields {
  const fields = fieldsOf(option, ["mode", "key"]);
  return {
    mode: wordOf(member(option, "mode", fields["mode"]), ["skip", "cancel"]),
    ...optional(option, fields, "key", textOf),
  };
}

function readTimeouts(option: Option): Fields {
  const fields = fieldsOf(option, ["start", "finish"]);
  return {
    ...optional(option, fields, "start", (each) => durationOf(each, 1)),
    ...optional(option, fields, "finish", (each) => durationOf(each, 1)),
  };
}

function readCancel(option: Option): readonly Fields[] {
  return listOf(option, LIMITS.cancelRulesPerFunctionCount).map((rule) => {
    const fields = fieldsOf(rule, ["event", "if", "match", "timeout"]);
    if (fields["if"] !== undefined && fields["match"] !== undefined)
      throw optionFault(member(rule, "match"), "cannot be given beside an if");
    const match = fields["match"] === undefined ? null : textOf(member(rule, "match", fields["match"]));
    return {
      event: eventNameOf(member(rule, "event", fields["event"]), LIMITS.eventNameChars),
      ...optional(rule, fields, "timeout", (each) => durationOf(each, 1)),
      ...optional(rule, fields, "if", textOf),
      ...(match === null ? {} : { if: `event.${match} == async.${match}` }),
    };
  });
}

/** The name of an event that is given by name or by type. */
export function eventNameOf(option: Option, charsMax: number): string {
  const name = isEventType(option.value) ? option.value.name : option.value;
  return textOf({ ...option, value: name }, charsMax);
}

/** One member if it is there. */
function optional(option: Option, fields: Fields, name: string, read: (option: Option) => unknown): Fields {
  return fields[name] === undefined ? {} : { [name]: read(member(option, name, fields[name])) };
}
