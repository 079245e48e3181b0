import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Digest } from "@holdfast/protocol";

/** Length of a SHA-256 hash in hex. */
const HASH_CHARS = 64;

/** The protocol's primitives on Node's own cryptography. */
export const nodeDigest: Digest = {
  sha256Hex: (data) => hash("sha256", data, "hex"),
  hmacSha256Hex(key, ...parts) {
    // Node takes the same bytes five times faster as text than as bytes, of which it makes a key object each time.
    const mac =
      typeof key === "string"
        ? createHmac("sha256", key)
        : createHmac("sha256", Buffer.from(key).toString("latin1"), { encoding: "latin1" });
    for (const part of parts) mac.update(part);
    return mac.digest("hex");
  },
  // Both sides are hashed first: `timingSafeEqual` wants equal lengths, and a length is a hint.
  equal: (left, right) =>
    left.length === HASH_CHARS && right.length === HASH_CHARS
      ? timingSafeEqual(Buffer.from(left, "latin1"), Buffer.from(right, "latin1"))
      : timingSafeEqual(hash("sha256", left, "buffer"), hash("sha256", right, "buffer")),
};
