import type { Digest } from "@holdfast/protocol";
import { hmacSha256 } from "./hmac-sha256.ts";
import { sha256 } from "./sha256.ts";
import { utf8 } from "./utf8.ts";

/** The protocol's primitives in plain JavaScript, for platforms whose own are asynchronous only. */
export const portableDigest: Digest = {
  sha256Hex: (data) => hex(sha256(utf8(data))),
  hmacSha256Hex: (key, ...parts) => hex(hmacSha256(utf8(key), joined(parts.map(utf8)))),
  equal(left, right) {
    const [a, b] = [utf8(left), utf8(right)];
    // Always as many comparisons as the left text has bytes, which is the presented one's length and no secret.
    let difference = a.length ^ b.length;
    for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
    return difference === 0;
  },
};

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
