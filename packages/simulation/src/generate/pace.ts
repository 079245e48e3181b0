import type { Rng } from "../world/rng.ts";

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
export const YEAR_MS = 365 * DAY_MS;

/** How fast a world lives: whether things are seconds apart, or weeks. */
export interface Pace {
  readonly activeMs: number;
  /** Longest sleep or wait of a step. */
  readonly pauseMsMax: number;
  /** How often a server gives a sign of life, which is most of what happens in a long world. */
  readonly beatMs: number;
}

/** @param years how long things happen; 0 leaves it to the seed */
export function generatePace(rng: Rng, years: number): Pace {
  if (years > 0) {
    return {
      activeMs: years * YEAR_MS,
      pauseMsMax: Math.min(years * YEAR_MS, 366 * DAY_MS),
      beatMs: 3 * DAY_MS,
    };
  }
  return rng.pick([
    { activeMs: MINUTE_MS, pauseMsMax: 20_000, beatMs: 10_000 },
    { activeMs: 3 * MINUTE_MS, pauseMsMax: MINUTE_MS, beatMs: 10_000 },
    { activeMs: 2 * 60 * MINUTE_MS, pauseMsMax: 30 * MINUTE_MS, beatMs: 7 * MINUTE_MS },
    { activeMs: 20 * DAY_MS, pauseMsMax: 10 * DAY_MS, beatMs: 2 * DAY_MS },
  ]);
}
