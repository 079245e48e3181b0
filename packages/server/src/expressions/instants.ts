import { parseDuration } from "@holdfast/protocol";
import { duration, timestamp } from "./arithmetic.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED, type Meter, spend } from "./meter.ts";
import { Duration, Failure, kindOf, numeric, type Result, Timestamp, type Value } from "./value.ts";

/** RFC 3339; the offset is part of it. Fractions finer than a millisecond are cut off. */
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const OFFSET = /^([+-])?(\d\d):([0-5]\d)$/;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** `date()` takes numbers from here on as milliseconds, smaller ones as seconds: it is 1973 in the one and 5138 in the other. */
const DATE_MILLISECONDS_FROM = 100_000_000_000;

/** `timestamp(x)`: an RFC 3339 text, or Unix seconds. */
export function toTimestamp(value: Value, meter: Meter): Result {
  if (value instanceof Timestamp) return value;
  const seconds = numeric(value);
  if (seconds !== null) return timestamp(Number(seconds) * 1000);
  if (typeof value !== "string") return new Failure(`there is no timestamp of ${kindOf(value)}`);
  if (!spend(meter, EXPRESSION_LIMITS.timeTextUnits)) return EXHAUSTED;
  return parseDateTime(value);
}

/** `date(x)`: as `timestamp(x)`, and also a calendar date, or Unix milliseconds. */
export function toDate(value: Value, meter: Meter): Result {
  const number = numeric(value);
  if (number !== null && Math.abs(Number(number)) >= DATE_MILLISECONDS_FROM) return timestamp(Number(number));
  return toTimestamp(typeof value === "string" && DATE.test(value) ? `${value}T00:00:00Z` : value, meter);
}

/** `duration(x)`: a text such as `1h30m`, in whole milliseconds. */
export function toDuration(value: Value, meter: Meter): Result {
  if (value instanceof Duration) return value;
  if (typeof value !== "string") return new Failure(`there is no duration of ${kindOf(value)}`);
  if (!spend(meter, EXPRESSION_LIMITS.timeTextUnits)) return EXHAUSTED;
  try {
    return duration(parseDuration(value));
  } catch (error) {
    return new Failure(error instanceof Error ? error.message : String(error));
  }
}

function parseDateTime(text: string): Result {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return NOT_AN_INSTANT;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, Number((parts[7] ?? "").padEnd(3, "0").slice(0, 3)));
  // JavaScript rolls the 30th of February over into March; the calendar has no such day.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NOT_AN_INSTANT;
  if (hour > 23 || minute > 59 || second > 59) return NOT_AN_INSTANT;
  const offsetMs = (Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)) * MINUTE_MS;
  return timestamp(date.getTime() - (parts[8] === "-" ? -offsetMs : offsetMs));
}

const NOT_AN_INSTANT = new Failure("the text is no instant of RFC 3339, such as 2026-01-31T12:00:00Z");

/** The parts of a calendar that an instant has, and those that a duration has as a whole. */
const INSTANT_PARTS: ReadonlyMap<string, (calendar: Date) => number> = new Map([
  ["getFullYear", (calendar: Date) => calendar.getUTCFullYear()],
  ["getMonth", (calendar: Date) => calendar.getUTCMonth()],
  ["getDate", (calendar: Date) => calendar.getUTCDate()],
  ["getDayOfMonth", (calendar: Date) => calendar.getUTCDate() - 1],
  ["getDayOfWeek", (calendar: Date) => calendar.getUTCDay()],
  ["getDayOfYear", dayOfYear],
  ["getHours", (calendar: Date) => calendar.getUTCHours()],
  ["getMinutes", (calendar: Date) => calendar.getUTCMinutes()],
  ["getSeconds", (calendar: Date) => calendar.getUTCSeconds()],
  ["getMilliseconds", (calendar: Date) => calendar.getUTCMilliseconds()],
]);

const DURATION_PARTS: ReadonlyMap<string, (ms: number) => number> = new Map([
  ["getHours", (ms: number) => ms / 3_600_000],
  ["getMinutes", (ms: number) => ms / MINUTE_MS],
  ["getSeconds", (ms: number) => ms / 1000],
  ["getMilliseconds", (ms: number) => ms % 1000],
]);

export const GETTERS: readonly string[] = [...INSTANT_PARTS.keys()];

/**
 * A part of an instant or a duration (CEL language definition, "Timestamps and durations"). The zone of an instant is
 * UTC, an offset such as `+01:00`, or a name such as `Europe/Berlin`.
 */
export function readPart(getter: string, value: Value, zone: Value, meter: Meter): Result {
  if (value instanceof Duration && zone === null) {
    const part = DURATION_PARTS.get(getter);
    // Zero has no sign in an integer.
    if (part !== undefined) return BigInt(Math.trunc(part(value.ms)));
  }
  const part = INSTANT_PARTS.get(getter);
  if (!(value instanceof Timestamp) || part === undefined) {
    return new Failure(`${kindOf(value)} has no ${getter}`);
  }
  const offsetMs = zone === null ? 0 : zoneOffset(value.ms, zone, meter);
  return typeof offsetMs === "number" ? BigInt(part(new Date(value.ms + offsetMs))) : offsetMs;
}

function dayOfYear(calendar: Date): number {
  const newYear = new Date(calendar);
  newYear.setUTCMonth(0, 1);
  return Math.round((calendar.getTime() - newYear.getTime()) / DAY_MS);
}

/** How far the clocks of a zone are ahead of UTC at an instant, in milliseconds. */
function zoneOffset(ms: number, zone: Value, meter: Meter): number | Failure {
  if (typeof zone !== "string") return new Failure(`a time zone is a text, not ${kindOf(zone)}`);
  const fixed = OFFSET.exec(zone);
  if (fixed !== null) {
    const offsetMs = (Number(fixed[2]) * 60 + Number(fixed[3])) * MINUTE_MS;
    return fixed[1] === "-" ? -offsetMs : offsetMs;
  }
  if (!spend(meter, EXPRESSION_LIMITS.timeZoneUnits)) return EXHAUSTED;
  if (zone.length > ZONE_CHARS_MAX) return UNKNOWN_ZONE;
  try {
    const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, ...ALL_PARTS }).formatToParts(ms);
    const read = new Map(parts.map(({ type, value }) => [type, Number(value)]));
    const local = new Date(0);
    local.setUTCFullYear(read.get("year") ?? 0, (read.get("month") ?? 1) - 1, read.get("day") ?? 1);
    local.setUTCHours(read.get("hour") ?? 0, read.get("minute") ?? 0, read.get("second") ?? 0);
    return local.getTime() - Math.floor(ms / 1000) * 1000;
  } catch {
    // The platform throws for a zone it does not know, and has no other way to say so.
    return UNKNOWN_ZONE;
  }
}

/** The parts of a calendar, in a form that reads as numbers. */
const ALL_PARTS = {
  calendar: "gregory",
  numberingSystem: "latn",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;

// The platform reads its tables when it is first asked for a zone; better while the program starts than in an evaluation.
new Intl.DateTimeFormat("en-US", { timeZone: "Europe/Berlin", ...ALL_PARTS }).formatToParts(0);

const ZONE_CHARS_MAX = 64;
const UNKNOWN_ZONE = new Failure(
  "the time zone is not known; expected a name such as Europe/Berlin or an offset such as +01:00",
);
