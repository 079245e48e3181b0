import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Digest } from "@holdfast/protocol";

/** The protocol's primitives on Node's own cryptography. */
export const nodeDigest: Digest = {
  sha256Hex: (data) => hash("sha256", data, "hex"),
  hmacSha256Hex(key, ...parts) {
    const mac = createHmac("sha256", key);
    for (const part of parts) mac.update(part);
    return mac.digest("hex");
  },
  equal(left, right) {
    const [one, other] = [Buffer.from(left), Buffer.from(right)];
    return one.length === other.length && timingSafeEqual(one, other);
  },
};
