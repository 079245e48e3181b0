import type { Rng } from "../world/rng.ts";

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
export const YEAR_MS = 365 * DAY_MS;

/** How fast a world lives: whether things are seconds apart, or weeks. */
export interface Pace {
  readonly activeMs: number;
  /** Longest sleep or wait of a step. */
  readonly pauseMsMax: number;
  /** How long a server's session lasts without a sign of life; signs of life are most of what happens in a long world. */
  readonly sessionMs: number;
}

/** @param years how long things happen; 0 leaves it to the seed */
export function generatePace(rng: Rng, years: number): Pace {
  if (years > 0) {
    return { activeMs: years * YEAR_MS, pauseMsMax: Math.min(years * YEAR_MS, 366 * DAY_MS), sessionMs: 10 * DAY_MS };
  }
  return rng.pick([
    { activeMs: MINUTE_MS, pauseMsMax: 20_000, sessionMs: 30_000 },
    { activeMs: 3 * MINUTE_MS, pauseMsMax: MINUTE_MS, sessionMs: 30_000 },
    { activeMs: 2 * 60 * MINUTE_MS, pauseMsMax: 30 * MINUTE_MS, sessionMs: 20 * MINUTE_MS },
    { activeMs: 20 * DAY_MS, pauseMsMax: 10 * DAY_MS, sessionMs: 5 * DAY_MS },
  ]);
}
