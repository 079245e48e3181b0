import { fromBase64url, toBase64url } from "../platform/base64url.ts";

/** Bytes as base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  const text = toBase64url(bytes).replaceAll("-", "+").replaceAll("_", "/");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** The bytes of such text, or null for any other. */
export function fromBase64(text: string): Uint8Array | null {
  const bytes = fromBase64url(text.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_"));
  return bytes !== null && toBase64(bytes) === text ? bytes : null;
}
