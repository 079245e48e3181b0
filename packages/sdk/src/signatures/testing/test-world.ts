import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Digest } from "@holdfast/protocol";

/** The protocol's primitives on Node's own cryptography. */
export const nodeDigest: Digest = {
  sha256Hex: (data) => createHash("sha256").update(data).digest("hex"),
  hmacSha256Hex(key, ...parts) {
    const mac = createHmac("sha256", key);
    for (const part of parts) mac.update(part);
    return mac.digest("hex");
  },
  equal(left, right) {
    const [a, b] = [Buffer.from(left), Buffer.from(right)];
    return a.length === b.length && timingSafeEqual(a, b);
  },
};

/** A world whose clock is set by hand, and in which every draw is another one. */
export function testWorld(startMs: number) {
  let nowMs = startMs;
  let drawCount = 0;
  return {
    now: () => nowMs,
    random: (bytes: number) => new Uint8Array(bytes).fill((drawCount += 1)),
    digest: nodeDigest,
    pass(ms: number) {
      nowMs += ms;
    },
  };
}
