import type { NonceMemory } from "./contract.ts";

/** How many are remembered at most: of 1,000 calls a second, those of the last minute and a half. */
const NONCES_MAX_COUNT = 100_000;

/**
 * Remembers nonces within this process until they expire by the clock; when there are too many, the oldest are forgotten.
 * Only what was signed by the server gets this far, so that nobody else can fill it.
 */
export function createNonceMemory(now: () => number, countMax: number = NONCES_MAX_COUNT): NonceMemory {
  const expiries = new Map<string, number>();
  return {
    seen(nonce, expiresAt) {
      const nowMs = now();
      // Asked before anything is forgotten, which might be this very one.
      const knownUntil = expiries.get(nonce);
      if (knownUntil !== undefined && knownUntil >= nowMs) return true;
      // In the order in which they came, which is nearly that in which they expire.
      for (const [known, expiry] of expiries) {
        if (expiry >= nowMs && expiries.size < countMax) break;
        expiries.delete(known);
      }
      expiries.set(nonce, expiresAt);
      return false;
    },
  };
}
