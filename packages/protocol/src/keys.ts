import type { Digest } from "./digest.ts";
import { hexBytes } from "./encodings.ts";
import { HoldfastError } from "./errors.ts";

/** Fewer hex digits than this (8 bytes) can be guessed. */
const SECRET_CHARS_MIN = 16;
const KEY_ID_CHARS = 12;

const PREFIX = /^signkey-\w+-/;

/**
 * A signing key. Its secret is private, so that printing, inspecting or serialising a key never shows it;
 * `reveal()` is the one way to it, easy to find in a review.
 *
 * @example
 * ```ts
 * const key = parseSigningKey("signkey-prod-00112233445566778899aabbccddeeff");
 * JSON.stringify({ key }) // → '{"key":"signkey-prod-(secret)"}'
 * key.reveal() // → "00112233445566778899aabbccddeeff"
 * ```
 */
export class SigningKey {
  /** `signkey-<environment>-`, or nothing when the key was bare hex. */
  readonly prefix: string;
  readonly #secret: string;

  /** Takes the parts as they are. Use `parseSigningKey`, which checks them. */
  constructor(prefix: string, secret: string) {
    this.prefix = prefix;
    this.#secret = secret;
  }

  /** The hex text after the prefix. The HMAC key is this text, not the bytes it stands for. */
  reveal(): string {
    return this.#secret;
  }

  /** A name for the key in logs and lists: the first 12 hex digits of its hash, from which nothing can be signed. */
  keyId(digest: Digest): string {
    return secretHash(this, digest).slice(0, KEY_ID_CHARS);
  }

  toString(): string {
    return `${this.prefix}(secret)`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/**
 * Reads a signing key: `signkey-<environment>-<hex>` or bare hex, of at least 16 hex digits and an even number.
 *
 * @example
 * ```ts
 * parseSigningKey("signkey-prod-00112233445566778899aabbccddeeff").prefix // → "signkey-prod-"
 * ```
 *
 * @throws HoldfastError `key_invalid`, which names the fault and its position and never shows the key.
 */
export function parseSigningKey(text: string): SigningKey {
  const prefix = PREFIX.exec(text)?.[0] ?? "";
  const secret = text.slice(prefix.length);
  if (text === "") throw invalid("it is empty");
  if (prefix === "" && text.startsWith("signkey")) {
    throw invalid(
      "its prefix is not of the form signkey-<environment>-, with letters, digits or _ as the environment",
    );
  }
  const faultIndex = secret.search(/[^0-9a-fA-F]/);
  if (faultIndex >= 0) throw invalid(`character ${prefix.length + faultIndex + 1} is not a hex digit`);
  if (secret.length < SECRET_CHARS_MIN) {
    throw invalid(`it has ${secret.length} hex digits, and fewer than ${SECRET_CHARS_MIN} can be guessed`);
  }
  if (secret.length % 2 !== 0) {
    throw invalid(`it has an odd number of hex digits, ${secret.length}; one may be missing or doubled`);
  }
  return new SigningKey(prefix, secret);
}

/**
 * What an SDK sends as its bearer token: the prefix, then SHA-256 of the bytes that the hex stands for.
 *
 * @example
 * ```ts
 * const key = parseSigningKey("signkey-test-12345678123456781234567812345678");
 * bearerToken(key, digest) // → "signkey-test-ddcbc45ed5383449004fe644dec93827baf94a56322cace8d8139e04572ca01e"
 * ```
 */
export function bearerToken(key: SigningKey, digest: Digest): string {
  return key.prefix + secretHash(key, digest);
}

/**
 * Whether a presented bearer token (the text after `Bearer `) stands for the key: as its hash, which most SDKs send,
 * or as the key itself, which one does; either with or without a prefix. Constant time in where the texts differ.
 *
 * @example
 * ```ts
 * const key = parseSigningKey("signkey-prod-00112233445566778899aabbccddeeff");
 * bearerMatches(bearerToken(key, digest), key, digest) // → true
 * bearerMatches("00112233445566778899aabbccddeeff", key, digest) // → true
 * bearerMatches("", key, digest) // → false
 * ```
 */
export function bearerMatches(presented: string, key: SigningKey, digest: Digest): boolean {
  const token = presented.replace(PREFIX, "");
  // Both comparisons are always made: the time must not tell which form was the nearer one.
  const isHash = digest.equal(token, secretHash(key, digest));
  const isSecret = digest.equal(token, key.reveal());
  return isHash || isSecret;
}

function secretHash(key: SigningKey, digest: Digest): string {
  return digest.sha256Hex(hexBytes(key.reveal()));
}

function invalid(reason: string): HoldfastError {
  return new HoldfastError("key_invalid", `Cannot use the signing key: ${reason}.`);
}
