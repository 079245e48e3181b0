import { randomBytes } from "node:crypto";

/** Randomness as the server sees it; a simulation hands in a seeded one. */
export interface Random {
  /** Bytes fit for keys and ids. */
  bytes(count: number): Uint8Array;
  /** A number in [0, 1), for jitter. Never for secrets. */
  fraction(): number;
}

/** The machine's own randomness. Bytes are drawn from a pool: one call to the system serves many ids. */
export const systemRandom: Random = (() => {
  // Not a Buffer: `slice` of one is a view, and what was handed out is wiped below.
  let pool: Uint8Array = new Uint8Array(0);
  let used = 0;
  return {
    bytes(count: number): Uint8Array {
      if (count > 256) return randomBytes(count);
      if (used + count > pool.length) {
        pool = new Uint8Array(randomBytes(4096));
        used = 0;
      }
      const taken = pool.slice(used, used + count);
      // What was handed out is wiped, so that the pool never holds the bytes of a key.
      pool.fill(0, used, used + count);
      used += count;
      return taken;
    },
    fraction: () => Math.random(),
  };
})();
