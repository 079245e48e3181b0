import { createHash, createHmac, randomBytes } from "node:crypto";
import type { Digest } from "@holdfast/protocol";
import { bearerToken, parseSigningKey, sign } from "@holdfast/protocol";

/** The protocol's primitives for what tests sign by hand. Nothing here is secret, so nothing is compared in constant time. */
const digest: Digest = {
  sha256Hex: (data) => createHash("sha256").update(data).digest("hex"),
  hmacSha256Hex(key, ...parts) {
    const mac = createHmac("sha256", key);
    for (const part of parts) mac.update(part);
    return mac.digest("hex");
  },
  equal: (left, right) => left === right,
};

/** A fresh signing key, such as `signkey-test-…`. */
export function createSigningKey(): string {
  return `signkey-test-${randomBytes(32).toString("hex")}`;
}

/** A fresh event key. */
export function createEventKey(): string {
  return randomBytes(24).toString("hex");
}

/** Value of `Authorization` as SDKs send it for a signing key. */
export function bearerOf(signingKey: string): string {
  return `Bearer ${bearerToken(parseSigningKey(signingKey), digest)}`;
}

/** Value of `X-Inngest-Signature` over a body, made at an instant (Unix ms). */
export function signatureOf(body: string, signingKey: string, atMs: number = Date.now()): string {
  return sign(body, parseSigningKey(signingKey), atMs, digest);
}
