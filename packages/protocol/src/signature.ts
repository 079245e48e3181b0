import type { Digest } from "./digest.ts";
import type { SigningKey } from "./keys.ts";
import { LIMITS } from "./limits.ts";

/**
 * What became of a signature: the key that made it, or why it does not count. The reason is for logs and metrics;
 * an answer to the caller should say no more than that the signature was refused.
 */
export type SignatureVerdict =
  | { readonly ok: true; readonly key: SigningKey }
  | { readonly ok: false; readonly reason: "missing" | "malformed" | "expired" | "mismatch" };

/** `t` and `s` once each, in either order; seconds as a peer prints them, so without leading zeros. */
const SIGNATURE = /^(?:t=(0|[1-9]\d{0,11})&s=([0-9a-f]{64})|s=([0-9a-f]{64})&t=(0|[1-9]\d{0,11}))$/;

/**
 * The `x-inngest-signature` header for a body sent at an instant (Unix milliseconds): `t=<seconds>&s=<hex>`, where
 * `s` is HMAC-SHA256 over the body's bytes and then `t`, keyed with the text of the key's hex.
 * The body is signed as given; send canonical JSON, since peers bring it into that form before they verify.
 *
 * @example
 * ```ts
 * const key = parseSigningKey("signkey-test-12345678123456781234567812345678");
 * sign('{"version":-1}', key, 1_700_000_000_123, digest) // → "t=1700000000&s=8e38073a13779b56eee33c93247478bc6682bd6165e4e0a1f7ac5550b556cae9"
 * ```
 */
export function sign(body: string | Uint8Array, key: SigningKey, atMs: number, digest: Digest): string {
  const seconds = String(Math.floor(atMs / 1000));
  return `t=${seconds}&s=${digest.hmacSha256Hex(key.reveal(), body, seconds)}`;
}

/**
 * Judges the signature of a body that arrived at `nowMs`. It counts when it is well formed, made no longer than
 * `LIMITS.signatureWindowMs` before or after now, and made with one of the keys: two while keys are rotated.
 *
 * @example
 * ```ts
 * const key = parseSigningKey("signkey-prod-00112233445566778899aabbccddeeff");
 * const header = sign("{}", key, 1_700_000_000_000, digest);
 * verify(header, "{}", [key], 1_700_000_060_000, digest) // → { ok: true, key }
 * verify(header, "[]", [key], 1_700_000_060_000, digest) // → { ok: false, reason: "mismatch" }
 * verify(header, "{}", [key], 1_700_000_600_000, digest) // → { ok: false, reason: "expired" }
 * ```
 */
export function verify(
  header: string | null | undefined,
  body: string | Uint8Array,
  keys: readonly SigningKey[],
  nowMs: number,
  digest: Digest,
): SignatureVerdict {
  if (header === null || header === undefined || header === "") return { ok: false, reason: "missing" };
  const match = SIGNATURE.exec(header);
  if (match === null) return { ok: false, reason: "malformed" };
  const seconds = match[1] ?? match[4] ?? "";
  const signature = match[2] ?? match[3] ?? "";
  // Asked this way round, so that a clock without a reading (NaN) refuses.
  const isFresh = Math.abs(nowMs - Number(seconds) * 1000) <= LIMITS.signatureWindowMs;
  if (!isFresh) return { ok: false, reason: "expired" };

  let signer: SigningKey | undefined;
  // Every key is tried, also after a match: the time must not tell which one it was.
  for (const key of keys) {
    const isMatch = digest.equal(signature, digest.hmacSha256Hex(key.reveal(), body, seconds));
    if (isMatch) signer ??= key;
  }
  return signer === undefined ? { ok: false, reason: "mismatch" } : { ok: true, key: signer };
}
