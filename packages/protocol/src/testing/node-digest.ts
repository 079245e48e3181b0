import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Digest } from "../digest.ts";

/** The protocol's primitives on Node's own cryptography, for tests. */
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
