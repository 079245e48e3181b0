import { BACKOFF_MS, LIMITS } from "@holdfast/protocol";

/** What decides when a failed attempt is repeated. */
export interface RetryPolicy {
  /** Flat delay that replaces the table, or null. */
  readonly intervalMs: number | null;
}

/**
 * When to try again, Unix ms (wire-protocol 10.3): what the app asked for, else the flat interval, else the table plus jitter.
 *
 * @param attempt zero-based attempt that failed
 * @param jitter a number in [0, 1)
 */
export function retryAt(
  attempt: number,
  asked: number | null,
  policy: RetryPolicy,
  now: number,
  jitter: number,
): number {
  if (asked !== null)
    return Math.min(Math.max(asked, now + LIMITS.retryAfterMinMs), now + LIMITS.retryAfterMaxMs);
  if (policy.intervalMs !== null) return now + policy.intervalMs;
  const base = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 0;
  return now + base + Math.floor(jitter * LIMITS.backoffJitterMs);
}
