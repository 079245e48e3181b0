/** The slow truth about cron: look at the clock on the wall every minute. Shares no code with the room. */

export interface Pattern {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Null: left open. */
  readonly days: readonly number[] | null;
  readonly months: readonly number[];
  readonly weekdays: readonly number[] | null;
}

const MINUTE_MS = 60_000;
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Every instant from `from` (excluded) to `to` (included) at which the zone's clocks show what the pattern admits. */
export function scanMinutes(pattern: Pattern, timeZone: string, from: number, to: number): number[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    month: "numeric",
    day: "numeric",
    weekday: "short",
    hour: "numeric",
    minute: "numeric",
  });
  const found: number[] = [];
  for (let at = (Math.floor(from / MINUTE_MS) + 1) * MINUTE_MS; at <= to; at += MINUTE_MS) {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
    const fitsDay = pattern.days?.includes(number("day"));
    const fitsWeekday = pattern.weekdays?.includes(WEEKDAYS.indexOf(parts.get("weekday") ?? ""));
    if (
      pattern.minutes.includes(number("minute")) &&
      pattern.hours.includes(number("hour")) &&
      pattern.months.includes(number("month")) &&
      (fitsDay === undefined || fitsWeekday === undefined
        ? (fitsDay ?? true) && (fitsWeekday ?? true)
        : fitsDay || fitsWeekday)
    ) {
      found.push(at);
    }
  }
  return found;
}

/** The expression of a pattern, written out value by value. */
export function expressionOf(pattern: Pattern, timeZone: string): string {
  const { minutes, hours, days, months, weekdays } = pattern;
  return `TZ=${timeZone} ${minutes.join()} ${hours.join()} ${days?.join() ?? "*"} ${months.join()} ${weekdays?.join() ?? "?"}`;
}
