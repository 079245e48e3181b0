import type { Digest } from "@holdfast/protocol";

/** The least delay where there is any. */
const JITTER_MIN_MS = 1000;
/** Hex digits of the hash that are used: 48 bits, which a number holds exactly. */
const HASH_DIGITS = 12;

/**
 * By how many ms the start of an occurrence is delayed, so that functions of one schedule do not start all at once:
 * from 1000 to `jitterMs`, always the same for the same function and instant (wire-protocol 13.2). 0 when `jitterMs` is 0.
 */
export function jitterOf(functionId: string, scheduledAt: number, jitterMs: number, digest: Digest): number {
  if (jitterMs <= 0) return 0;
  const hash = Number.parseInt(digest.sha256Hex(`${functionId} ${scheduledAt}`).slice(0, HASH_DIGITS), 16);
  const spanMs = Math.max(0, Math.floor(jitterMs) - JITTER_MIN_MS);
  return JITTER_MIN_MS + (hash % (spanMs + 1));
}
