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
  // Both sides are hashed first: `timingSafeEqual` wants equal lengths, and a length is a hint.
  equal: (left, right) => timingSafeEqual(hash("sha256", left, "buffer"), hash("sha256", right, "buffer")),
};
