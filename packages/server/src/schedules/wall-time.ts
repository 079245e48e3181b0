import type { Fields } from "./fields.ts";

/*
 * Wall time here is a number: the Unix milliseconds at which a clock in UTC would show the same date and time. On that
 * line every day has 24 hours, and no daylight saving disturbs the search.
 */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The first whole minute from `from` to `to`, both included, that the fields admit; null when there is none. */
export function nextWallTime(fields: Fields, from: number, to: number): number | null {
  const start = Math.ceil(from / MINUTE_MS) * MINUTE_MS;
  const lastDay = Math.floor(to / DAY_MS) * DAY_MS;
  for (let day = Math.floor(start / DAY_MS) * DAY_MS; day <= lastDay; day += DAY_MS) {
    if (!admitsDay(fields, new Date(day))) continue;
    const wall = firstInDay(fields, day, start);
    if (wall !== null) return wall <= to ? wall : null;
  }
  return null;
}

/** Day of month and weekday: both must fit, but when neither was left open one is enough. */
function admitsDay({ day, month, weekday }: Fields, date: Date): boolean {
  if (!month.values.has(date.getUTCMonth() + 1)) return false;
  const fitsDay = day.values.has(date.getUTCDate());
  const fitsWeekday = weekday.values.has(date.getUTCDay());
  return day.isOpen || weekday.isOpen ? fitsDay && fitsWeekday : fitsDay || fitsWeekday;
}

function firstInDay({ hour, minute }: Fields, day: number, start: number): number | null {
  for (let at = Math.max(day, start); at < day + DAY_MS;) {
    const hourAt = Math.floor(at / HOUR_MS) * HOUR_MS;
    if (!hour.values.has((hourAt - day) / HOUR_MS)) at = hourAt + HOUR_MS;
    else if (minute.values.has((at - hourAt) / MINUTE_MS)) return at;
    else at += MINUTE_MS;
  }
  return null;
}
