/** The protocol's primitives for the story's own signatures. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Digest } from "@holdfast/protocol";

export const nodeDigest: Digest = {
  sha256Hex: (data) => createHash("sha256").update(data).digest("hex"),
  hmacSha256Hex(key, ...parts) {
    const mac = createHmac("sha256", key);
    for (const part of parts) mac.update(part);
    return mac.digest("hex");
  },
  equal: (left, right) =>
    left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right)),
};
