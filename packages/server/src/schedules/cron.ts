import { LIMITS } from "@holdfast/protocol";
import { cronFault, quote } from "./fault.ts";
import type { Fields } from "./fields.ts";
import { parseFields } from "./fields.ts";
import { nextWallTime } from "./wall-time.ts";
import type { Zone } from "./zone.ts";
import { findZone, UTC } from "./zone.ts";

/** A cron expression that was read. */
export interface Cron {
  /** As it was written. */
  readonly source: string;
  /** The first occurrence strictly after an instant, both in Unix ms; null when there is none within 5 years. */
  next(after: number): number | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** An expression without an occurrence in this time never runs: five years, with room for two leap days. */
const HORIZON_MS = (5 * 365 + 2) * DAY_MS;

/**
 * Reads a cron expression (wire-protocol 13.2): five fields, in UTC unless it begins with `TZ=Area/City ` or
 * `CRON_TZ=Area/City `. The rules are those of robfig/cron v3: when neither day of month nor weekday is open, either
 * suffices. An occurrence is every instant at which the zone's clocks show what the fields admit: none in an hour that
 * is skipped, two where clocks show the same time twice.
 *
 * @example
 * ```ts
 * parseCron("TZ=Europe/Berlin 30 9 * * MON-FRI").next(Date.UTC(2026, 0, 1)) // → 2026-01-01T08:30:00Z
 * ```
 *
 * @throws HoldfastError `cron_invalid`, naming what is wrong
 */
export function parseCron(source: string): Cron {
  if (source.length > LIMITS.triggerChars) {
    throw cronFault(source, `it is longer than ${LIMITS.triggerChars} characters`);
  }
  const { zone, rest } = splitZone(source);
  if (rest.trimStart().startsWith("@")) {
    throw cronFault(source, "descriptors such as @daily are not accepted", "Write five fields: 0 0 * * *.");
  }
  const fields = parseFields(rest, source);
  return { source, next: (after) => nextOccurrence(fields, zone, after) };
}

function splitZone(source: string): { readonly zone: Zone; readonly rest: string } {
  const match = /^(?:CRON_)?TZ=([^ ]*)(?: |$)/.exec(source);
  if (match === null) return { zone: UTC, rest: source };
  const name = match[1] ?? "";
  const zone = findZone(name);
  if (zone === null) {
    throw cronFault(source, `${quote(name)} is no time zone`, "Name a zone such as Europe/Berlin.");
  }
  return { zone, rest: source.slice(match[0].length) };
}

/**
 * Between two changes of a zone's offset, wall time is Unix time moved by a constant. So the search goes from change to
 * change: the next fitting wall time counts if it comes before the clocks change, otherwise the search goes on there.
 */
function nextOccurrence(fields: Fields, zone: Zone, after: number): number | null {
  let from = Math.floor(after) + 1;
  const end = from + HORIZON_MS;
  // Dates that do not exist, such as 31 February, need no look at the clocks.
  if (nextWallTime(fields, from - DAY_MS, end + 2 * DAY_MS) === null) return null;
  for (;;) {
    const offset = zone.offsetAt(from);
    const wall = nextWallTime(fields, from + offset, end + offset);
    const occurrence = wall === null ? null : wall - offset;
    const change = zone.nextChange(from, occurrence ?? end);
    if (change === null) return occurrence;
    from = change;
  }
}
