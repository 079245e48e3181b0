import type { Digest } from "../digest.ts";
import { base64Url, base64UrlBytes } from "../encodings.ts";
import { HoldfastError } from "../errors.ts";

/** A server's public key, by which an app recognises its calls and can forge none. */
export interface ServerKey {
  /** The first 12 hex digits of the SHA-256 of the key's bytes. */
  readonly keyId: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

const KEY_ID_CHARS = 12;
const FORM = /^ed25519:([0-9a-f]{12}):([A-Za-z0-9_-]{43})$/;

/** A public key by its bytes, with its id. */
export function serverKeyOf(publicKey: Uint8Array, digest: Digest): ServerKey {
  return { keyId: digest.sha256Hex(publicKey).slice(0, KEY_ID_CHARS), publicKey };
}

/** `ed25519:<key id>:<base64url>`, as an app is configured with it. */
export function formatServerKey({ keyId, publicKey }: ServerKey): string {
  return `ed25519:${keyId}:${base64Url(publicKey)}`;
}

/**
 * Reads a server's public key.
 *
 * @throws HoldfastError `key_invalid` when it has another form, or its id is not that of its bytes.
 */
export function parseServerKey(text: string, digest: Digest): ServerKey {
  const match = FORM.exec(text.trim());
  const publicKey = base64UrlBytes(match?.[2] ?? "");
  if (match === null || publicKey === null) {
    throw invalid("it is not of the form ed25519:<12 hex digits>:<43 characters of base64url>");
  }
  const key = serverKeyOf(publicKey, digest);
  if (key.keyId !== match[1]) throw invalid("its id does not belong to its bytes; a character may be wrong");
  return key;
}

function invalid(reason: string): HoldfastError {
  return new HoldfastError("key_invalid", `Cannot use the server's public key: ${reason}.`, {
    next: "Copy it again: `holdfast keys public` prints it.",
  });
}
