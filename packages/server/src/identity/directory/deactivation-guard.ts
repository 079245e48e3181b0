/** How many accounts a directory may close by itself within a day, and which part of all it has. */
const COUNT = 10;
const PART = 0.5;
export const GUARD_MS = 24 * 60 * 60 * 1000;

/**
 * Whether one more closed account is too many to be meant: at least ten within a day, and at least half of all that the directory
 * has. A directory that was emptied by mistake is then asked about, instead of shutting everybody out. Pure.
 */
export function isTooMany(closedWithinDay: number, total: number): boolean {
  const closed = closedWithinDay + 1;
  return closed >= COUNT && closed >= total * PART;
}
