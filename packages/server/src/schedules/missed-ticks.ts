import type { Cron } from "./cron.ts";

/** What is to be done about the instants between the last one that was scheduled and now. Unix ms. */
export interface MissedTicks {
  /** To run now, oldest first. */
  readonly run: readonly number[];
  /** The first one after now; null when the expression does not occur again. */
  readonly next: number | null;
}

/** An instant that is due no longer than this was not missed: the server was merely late. */
const LATE_MS = 60_000;
/** More instants than this are never caught up on, whatever is asked for. */
export const CATCH_UP_MAX = 1000;
/** Schedules count in minutes, so two occurrences are never closer than this. */
const MINUTE_MS = 60_000;

/**
 * What follows for a schedule after its server did not run for a while. Missed instants are not replayed, unless
 * `catchUpMax` allows it: then as many of them run, the latest ones. An instant due within the last minute runs in any
 * case.
 */
export function missedTicks(
  cron: Cron,
  lastScheduledAt: number,
  now: number,
  catchUpMax: number,
): MissedTicks {
  const run: number[] = [];
  // At most two instants lie in one minute, counted with both its ends.
  let late = cron.next(Math.max(lastScheduledAt, now - LATE_MS - 1));
  while (late !== null && late <= now) {
    run.push(late);
    late = cron.next(late);
  }
  const missed: number[] = [];
  for (let before = now - LATE_MS - 1; missed.length < Math.min(catchUpMax, CATCH_UP_MAX);) {
    const latest = latestOccurrence(cron, lastScheduledAt, before);
    if (latest === null) break;
    missed.unshift(latest);
    before = latest - 1;
  }
  // If clocks went back, what was scheduled then is not scheduled again.
  return { run: [...missed, ...run], next: cron.next(Math.max(lastScheduledAt, now)) };
}

/**
 * The last occurrence after `after` and up to `upTo`, found from `next` alone: steps back that double until they pass one,
 * then halves. Its cost grows with the logarithm of the time searched, not with the number of occurrences in it.
 */
function latestOccurrence(cron: Cron, after: number, upTo: number): number | null {
  const within = (from: number): number | null => {
    const found = cron.next(from);
    return found !== null && found <= upTo ? found : null;
  };
  let low = upTo;
  let latest: number | null = null;
  for (let stepMs = MINUTE_MS; latest === null && low > after; stepMs *= 2) {
    low = Math.max(after, upTo - stepMs);
    latest = within(low);
  }
  if (latest === null) return null;
  for (let high = upTo; high - latest >= MINUTE_MS;) {
    const middle = Math.floor((latest + high) / 2);
    const later = within(middle);
    if (later === null) high = middle;
    else latest = later;
  }
  return latest;
}
