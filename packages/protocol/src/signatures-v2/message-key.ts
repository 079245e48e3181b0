import type { Digest } from "../digest.ts";
import { base64, hexBytes } from "../encodings.ts";
import type { SigningKey } from "../keys.ts";
import type { SignatureAlgorithm } from "./profile.ts";

/**
 * What a key is derived for. Each way has its own: what one way shows is of no use the other way, and nothing shows the
 * signing key or the bearer token made from it.
 */
export type KeyPurpose = "server-to-app" | "app-to-server" | "app-answer" | "server-answer" | "ed25519-seed";

/** What makes signatures. The secret is in its closure. */
export interface MessageSigner {
  /** 12 hex digits. */
  readonly keyId: string;
  readonly alg: SignatureAlgorithm;
  /** The signature over a base, base64. */
  sign(base: string): string;
}

/** What recognises signatures. */
export interface MessageVerifier {
  readonly keyId: string;
  readonly alg: SignatureAlgorithm;
  /** `signature` is base64, as it came. */
  matches(base: string, signature: string): boolean | Promise<boolean>;
}

const SALT = "holdfast signatures v2";

/**
 * A key of 32 bytes for one purpose: HKDF-SHA-256 (RFC 5869) of the bytes that the signing key's hex stands for, with the
 * salt `holdfast signatures v2` and the info `holdfast <purpose> v2`.
 */
export function deriveKey(key: SigningKey, purpose: KeyPurpose, digest: Digest): Uint8Array {
  const extracted = hexBytes(digest.hmacSha256Hex(SALT, hexBytes(key.reveal())));
  // One block of output is what is asked for.
  return hexBytes(digest.hmacSha256Hex(extracted, `holdfast ${purpose} v2`, Uint8Array.of(1)));
}

/** Signs and recognises with HMAC-SHA256, under the key derived for a purpose. */
export function hmacKey(
  key: SigningKey,
  purpose: Exclude<KeyPurpose, "ed25519-seed">,
  digest: Digest,
): MessageSigner & MessageVerifier {
  const secret = deriveKey(key, purpose, digest);
  const sign = (base: string): string => base64(hexBytes(digest.hmacSha256Hex(secret, base)));
  return {
    keyId: key.keyId(digest),
    alg: "hmac-sha256",
    sign,
    matches: (base, signature) => digest.equal(signature, sign(base)),
  };
}
