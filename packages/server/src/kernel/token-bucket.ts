/** How much a bucket of a rate holds, and since when. Times are monotonic milliseconds. */
export interface Bucket {
  readonly level: number;
  readonly at: number;
}

/**
 * Takes so many from a bucket that fills at `perSecond` and holds one second's worth. What asks for more than it can ever
 * hold is let through when it is full, and empties it further: a large batch waits, and is not refused for ever.
 *
 * @returns the bucket afterwards, and how many ms until there is room: 0 when it was taken
 */
export function takeFrom(
  bucket: Bucket | null,
  count: number,
  perSecond: number,
  now: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const before = bucket ?? { level: perSecond, at: now };
  const level = Math.min(perSecond, before.level + ((now - before.at) * perSecond) / 1000);
  const needed = Math.min(count, perSecond);
  if (level + 1e-9 < needed)
    return { bucket: { level, at: now }, waitMs: Math.ceil(((needed - level) * 1000) / perSecond) };
  return { bucket: { level: level - count, at: now }, waitMs: 0 };
}
