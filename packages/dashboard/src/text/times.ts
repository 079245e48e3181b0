const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far an instant is from now, in words: `3 hours ago`, `in 5 days`. Pure. */
export function distance(iso: string, now: number): string {
  const at = Date.parse(iso);
  const ms = Math.abs(at - now);
  if (ms < MINUTE) return at > now ? "in less than a minute" : "just now";
  const words = span(ms);
  return at > now ? `in ${words}` : `${words} ago`;
}

/** A length of time in the largest unit that fits: `3 hours`, `5 days`. Pure. */
export function span(ms: number): string {
  if (ms < HOUR) return counted(Math.floor(ms / MINUTE), "minute");
  if (ms < DAY) return counted(Math.floor(ms / HOUR), "hour");
  if (ms < 60 * DAY) return counted(Math.floor(ms / DAY), "day");
  if (ms < 730 * DAY) return counted(Math.floor(ms / (30.44 * DAY)), "month");
  return counted(Math.floor(ms / (365.25 * DAY)), "year");
}

/** `1 person`, `2 people`. Pure. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export type Urgency = "none" | "soon" | "urgent" | "over";

/** How pressing the end of a certificate is: from 60 days on it is soon, from 7 days on urgent. Pure. */
export function urgencyOf(notAfter: string, now: number): Urgency {
  const left = Date.parse(notAfter) - now;
  if (left <= 0) return "over";
  if (left <= 7 * DAY) return "urgent";
  return left <= 60 * DAY ? "soon" : "none";
}

/** An instant as date and time, in the reader's place or in UTC. The way of writing is the browser's. Pure but for that. */
export function exactWords(iso: string, zone: "local" | "utc"): string {
  const words = new Date(iso).toLocaleString(undefined, {
    dateStyle: "medium",
    timeStyle: "medium",
    ...zoneOption(zone),
  });
  return zone === "utc" ? `${words} UTC` : words;
}

/** An instant as a date. Pure as above. */
export function dayWords(iso: string, zone: "local" | "utc"): string {
  return new Date(iso).toLocaleDateString(undefined, { dateStyle: "medium", ...zoneOption(zone) });
}

function zoneOption(zone: "local" | "utc"): Intl.DateTimeFormatOptions {
  return zone === "utc" ? { timeZone: "UTC" } : {};
}
