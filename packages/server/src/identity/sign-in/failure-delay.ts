/** Failures that cost nothing: everybody mistypes. */
const FREE_COUNT = 5;
const DELAY_MS_MAX = 15 * 60 * 1000;
/** After so long without a failure the count begins anew. */
const FORGET_MS = 24 * 60 * 60 * 1000;

/** What is remembered of the failures of one account, by the address that was typed, whether there is such an account or not. */
export interface Failures {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * How long the next attempt has to wait: nothing for the first few, then doubling from a second to a quarter of an hour, and
 * never for good. Only passwords wait: who could lock out a passkey or single sign-on by typing nonsense could lock out anybody.
 * Pure; Unix ms.
 */
export function waitMsOf(failures: Failures | null, now: number): number {
  if (failures === null || failures.count < FREE_COUNT) return 0;
  const delay = Math.min(DELAY_MS_MAX, 1000 * 2 ** (failures.count - FREE_COUNT));
  return Math.max(0, failures.lastAt + delay - now);
}

/** The failures after one more. Pure. */
export function withFailure(failures: Failures | null, now: number): Failures {
  const isForgotten = failures === null || now - failures.lastAt > FORGET_MS;
  return { count: isForgotten ? 1 : failures.count + 1, lastAt: now };
}
