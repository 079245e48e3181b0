import { LIMITS } from "./limits.ts";

/**
 * The instant (Unix milliseconds) that a `Retry-After` header asks for, never sooner than a second and never later
 * than a day from now. Null when the header is absent or cannot be read: the ordinary backoff applies.
 *
 * Up to seven digits are seconds from now. Otherwise it is a date: RFC 3339, or one of the three forms of an HTTP
 * date (RFC 9110 section 5.6.7), of which the first may carry a numeric zone.
 *
 * @example
 * ```ts
 * const nowMs = Date.UTC(2026, 0, 1);
 * parseRetryAfter("30", nowMs) // → nowMs + 30_000
 * parseRetryAfter("2026-01-01T00:05:00+00:00", nowMs) // → nowMs + 300_000
 * parseRetryAfter("Thu, 01 Jan 2026 00:05:00 GMT", nowMs) // → nowMs + 300_000
 * parseRetryAfter("soon", nowMs) // → null
 * ```
 */
export function parseRetryAfter(text: string | null | undefined, nowMs: number): number | null {
  const trimmed = (text ?? "").trim();
  const atMs = SECONDS.test(trimmed) ? nowMs + Number(trimmed) * 1000 : parseDate(trimmed, nowMs);
  if (atMs === null) return null;
  return Math.min(Math.max(atMs, nowMs + LIMITS.retryAfterMinMs), nowMs + LIMITS.retryAfterMaxMs);
}

const SECONDS = /^\d{1,7}$/;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
const MONTH = `(?<month>${MONTHS.join("|")})`;

/** The forms of a date. Strict, where `Date.parse` would read "soon 1" as a date in 2001. */
const DATES: readonly RegExp[] = [
  // RFC 3339: 2026-01-01T00:05:00.25+01:00
  new RegExp(
    String.raw`^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)[t ]${TIME}(?:\.(?<fraction>\d+))?(?<zone>z|[+-]\d\d:\d\d)$`,
    "i",
  ),
  // RFC 9110, preferred form: Thu, 01 Jan 2026 00:05:00 GMT
  new RegExp(
    String.raw`^[a-z]{3}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} (?<zone>gmt|utc|[+-]\d{4})$`,
    "i",
  ),
  // RFC 850: Thursday, 01-Jan-26 00:05:00 GMT
  new RegExp(String.raw`^[a-z]{6,9}, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} (?<zone>gmt|utc)$`, "i"),
  // asctime: Thu Jan  1 00:05:00 2026
  new RegExp(String.raw`^[a-z]{3} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`, "i"),
];

function parseDate(text: string, nowMs: number): number | null {
  for (const form of DATES) {
    const fields = form.exec(text)?.groups;
    if (fields !== undefined) return instant(fields, nowMs);
  }
  return null;
}

/** The instant of a date's fields; null for a day, hour or zone that does not exist. */
function instant(fields: Readonly<Record<string, string | undefined>>, nowMs: number): number | null {
  const {
    year = "",
    month = "",
    day = "",
    hour = "",
    minute = "",
    second = "",
    fraction = "",
    zone = "",
  } = fields;
  const yearNumber = year.length === 2 ? fullYear(Number(year), nowMs) : Number(year);
  const monthIndex = /\d/.test(month) ? Number(month) - 1 : MONTHS.indexOf(month.toLowerCase());
  const dayMs = Date.UTC(yearNumber, monthIndex, Number(day));
  // A day that the month does not have rolls over into the next one, which shows.
  const date = new Date(dayMs);
  if (date.getUTCMonth() !== monthIndex || date.getUTCDate() !== Number(day)) return null;
  // The 60th second is a leap second.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const zoneMinutes = parseZone(zone);
  if (zoneMinutes === null) return null;
  const minuteOfDay = Number(hour) * 60 + Number(minute) - zoneMinutes;
  return dayMs + minuteOfDay * 60_000 + Number(second) * 1000 + Math.floor(Number(`0.${fraction}`) * 1000);
}

/** A two-digit year is of this century, or of the last when that is more than fifty years ahead (RFC 9110 5.6.7). */
function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

/** Minutes east of Greenwich; null for an impossible zone. No zone, a letter or a name is Greenwich. */
function parseZone(zone: string): number | null {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (match === null) return 0;
  const [, sign, hours, minutes] = match;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
