/** The envelope of v1 (wire-protocol section 19). `cacheMs` is how long readers may keep the answer. */
export function v1Enveloped(now: number, data: unknown, cacheMs?: number): unknown {
  const until = cacheMs === undefined ? {} : { cached_until: new Date(now + cacheMs).toISOString() };
  return { data, metadata: { fetched_at: new Date(now).toISOString(), ...until } };
}
