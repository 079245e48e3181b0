import type { Random } from "#kernel";
import { nodeDigest } from "#kernel";

/** Bytes of one block: a SHA-256 hash. */
const BLOCK_BYTES = 32;

/**
 * Randomness that a seed decides, the same on every machine: the hash of the seed and a counter, block after block. For
 * tests, and never for secrets.
 */
export function seededRandom(seed: string): Random {
  let block = new Uint8Array(0);
  let used = 0;
  let count = 0;

  function byte(): number {
    if (used === block.length) {
      const hex = nodeDigest.sha256Hex(`${seed}/${(count += 1)}`);
      block = Uint8Array.from({ length: BLOCK_BYTES }, (_, index) =>
        Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
      );
      used = 0;
    }
    const value = block[used] ?? 0;
    used += 1;
    return value;
  }

  return {
    bytes: (length) => Uint8Array.from({ length }, byte),
    fraction: () => (byte() * 2 ** 24 + byte() * 2 ** 16 + byte() * 2 ** 8 + byte()) / 2 ** 32,
  };
}

/** The same, but in what it gives for ids later bytes are greater: ids made within one millisecond are in order. */
export function risingRandom(seed: string): Random {
  const random = seededRandom(seed);
  let count = 0;
  return {
    ...random,
    bytes(length) {
      const bytes = random.bytes(length);
      new DataView(bytes.buffer).setUint32(0, (count += 1));
      return bytes;
    },
  };
}
