import type { Digest } from "@holdfast/protocol";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

const bytesOf = (data: string | Uint8Array): Uint8Array =>
  typeof data === "string" ? utf8ToBytes(data) : data;

/** The protocol's primitives in a browser: its own are asynchronous, and a log is hashed entry by entry. */
export const digest: Digest = {
  sha256Hex: (data) => bytesToHex(sha256(bytesOf(data))),
  hmacSha256Hex: (key, ...parts) =>
    bytesToHex(hmac(sha256, bytesOf(key), concatBytes(...parts.map(bytesOf)))),
  // Nothing secret is compared in a page.
  equal: (left, right) => left === right,
};
