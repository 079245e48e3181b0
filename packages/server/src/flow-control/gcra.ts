/** How often something may happen: `limit` times in `periodMs`, and `burst` more at once after a rest. */
export interface Rate {
  readonly limit: number;
  readonly periodMs: number;
  /** So many beyond the first may happen at the same instant. */
  readonly burst: number;
}

/**
 * The theoretical arrival time of a bucket: when the next arrival is due if all come evenly spaced. It is
 * `atMs + part / limit`, a whole number of milliseconds and a fraction, so that a period which the limit does not
 * divide is spaced exactly: floats of today's size would be wrong by a fraction that adds up.
 */
export interface Tat {
  readonly atMs: number;
  /** From 0 to `limit - 1`. */
  readonly part: number;
}

export type RateDecision =
  /** It may happen now; this is the bucket afterwards. */
  | { readonly isAllowed: true; readonly tat: Tat }
  /** It may not; the first whole millisecond at which it may, if nothing else happens before. */
  | { readonly isAllowed: false; readonly allowedAt: number };

/**
 * The generic cell rate algorithm, in its virtual scheduling form (ITU-T I.371, annex A). The emission interval is
 * `periodMs / limit`. `burst + 1` arrivals may happen at once, then one per interval: of limit 2, period 5 s and burst
 * 0, one every 2.5 s. Null is a bucket that was never used, or not for so long that it is the same.
 *
 * A clock that went back, or a rate that was raised since, never closes the bucket for longer than a full burst would.
 *
 * @example
 * ```ts
 * gcra(null, 1000, { limit: 2, periodMs: 5000, burst: 0 }) // → { isAllowed: true, tat: { atMs: 3500, part: 0 } }
 * gcra({ atMs: 3500, part: 0 }, 1000, { limit: 2, periodMs: 5000, burst: 0 }) // → { isAllowed: false, allowedAt: 3500 }
 * ```
 */
export function gcra(tat: Tat | null, now: number, rate: Rate): RateDecision {
  const { limit, periodMs, burst } = rate;
  const from = arrival(tat, now, rate);
  // The earliest instant at which `from` would be within the burst: `from - burst * periodMs / limit`.
  const toleranceParts = burst * periodMs;
  const earliest = shift(from, -Math.floor(toleranceParts / limit), -(toleranceParts % limit), limit);
  const allowedAt = earliest.part > 0 ? earliest.atMs + 1 : earliest.atMs;
  if (allowedAt > now) return { isAllowed: false, allowedAt };
  return { isAllowed: true, tat: shift(from, Math.floor(periodMs / limit), periodMs % limit, limit) };
}

/**
 * When the next arrival is due by the bucket: now at the earliest, and no later than a spent burst would have it. A
 * fraction of the millisecond that ends now is kept, or rounding up would add to every interval.
 */
function arrival(tat: Tat | null, now: number, { limit, periodMs, burst }: Rate): Tat {
  if (tat === null || (tat.part > 0 ? tat.atMs + 1 : tat.atMs) < now) return { atMs: now, part: 0 };
  const spentParts = (burst + 1) * periodMs;
  const spent = shift({ atMs: now, part: 0 }, Math.floor(spentParts / limit), spentParts % limit, limit);
  const part = Math.min(tat.part, limit - 1);
  return tat.atMs > spent.atMs || (tat.atMs === spent.atMs && part > spent.part)
    ? spent
    : { atMs: tat.atMs, part };
}

function shift(tat: Tat, byMs: number, byParts: number, limit: number): Tat {
  const parts = tat.part + byParts;
  const carryMs = Math.floor(parts / limit);
  return { atMs: tat.atMs + byMs + carryMs, part: parts - carryMs * limit };
}
