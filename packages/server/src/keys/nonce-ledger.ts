/** The instant before which nothing is new: what an earlier process took in is refused, though nobody remembers it. */
export interface NonceFloor {
  /** Unix ms; 0 when nothing was ever kept. */
  readonly keptMs: number;
  /** Is on disk when it returns. */
  keep(ms: number): void;
}

/** Takes each nonce in once. */
export interface NonceLedger {
  /**
   * `early`: the request was made before this process began, or may have been taken in by an earlier one. Made again, it
   * is taken.
   */
  admit(nonce: string, createdAt: number, forgetAt: number, nowMs: number): "new" | "replay" | "early";
}

/** How far ahead the floor is kept, so that a sender whose clock is fast does not cost a write for each request. */
const FLOOR_STEP_MS = 5000;

/**
 * A ledger in memory. A restart forgets nothing, for what was made before it is refused as `early`; where a sender's clock
 * is ahead, so that what it made could still be taken for new by the next process, the next process is told by the floor.
 */
export function createNonceLedger(startedAtMs: number, floor: NonceFloor): NonceLedger {
  const forgetAtOf = new Map<string, number>();
  const earliestMs = Math.max(startedAtMs, floor.keptMs);
  let keptMs = floor.keptMs;
  return {
    admit(nonce, createdAt, forgetAt, nowMs) {
      if (createdAt < earliestMs) return "early";
      // In the order in which they came, which is nearly that in which they may be forgotten.
      for (const [known, at] of forgetAtOf) {
        if (at >= nowMs) break;
        forgetAtOf.delete(known);
      }
      if (forgetAtOf.has(nonce)) return "replay";
      if (createdAt > nowMs && createdAt >= keptMs) {
        keptMs = createdAt + FLOOR_STEP_MS;
        floor.keep(keptMs);
      }
      forgetAtOf.set(nonce, forgetAt);
      return "new";
    },
  };
}
