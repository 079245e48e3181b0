import { createCipheriv, createDecipheriv } from "node:crypto";
import { HoldfastError } from "@holdfast/protocol";

/** AES-256-GCM (NIST SP 800-38D) with a nonce that is drawn anew each time. */
const CIPHER = "aes-256-gcm";
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = "v1";

/**
 * Seals text or bytes: `v1.<key id>.<nonce>.<ciphertext and tag>`, base64url parts. `about` is authenticated and not kept:
 * whoever opens it must know what it is about.
 */
export function sealUnder(
  key: Uint8Array,
  keyId: string,
  content: Uint8Array,
  about: readonly string[],
  random: (count: number) => Uint8Array,
): string {
  const nonce = random(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(framed([VERSION, keyId, ...about]));
  const sealed = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  return [VERSION, keyId, Buffer.from(nonce).toString("base64url"), sealed.toString("base64url")].join(".");
}

/** Which key a sealed text names, or null for what is none. */
export function keyIdOf(sealed: string): string | null {
  const [version, keyId, nonce, rest, ...more] = sealed.split(".");
  return version === VERSION && nonce !== undefined && rest !== undefined && more.length === 0
    ? (keyId ?? null)
    : null;
}

/** @throws HoldfastError `secret_unreadable` for what was changed, cut, moved or sealed with another key */
export function openUnder(key: Uint8Array, sealed: string, about: readonly string[]): Buffer {
  const [version, keyId = "", nonceText = "", rest = "", ...more] = sealed.split(".");
  const nonce = Buffer.from(nonceText, "base64url");
  const bytes = Buffer.from(rest, "base64url");
  const isWhole =
    version === VERSION && more.length === 0 && nonce.length === NONCE_BYTES && bytes.length >= TAG_BYTES;
  if (!isWhole) throw unreadable();
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(framed([version, keyId, ...about]));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw unreadable(cause);
  }
}

export function unreadable(cause?: unknown): HoldfastError {
  return new HoldfastError(
    "secret_unreadable",
    "A secret in the store does not open: it was changed or moved, or its key is gone.",
    { cause },
  );
}

/** Each part with its length before it, so that no two lists of parts have the same bytes. */
function framed(parts: readonly string[]): Buffer {
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(""));
}
