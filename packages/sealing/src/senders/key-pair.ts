import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { keyId } from "../keys/sealing-key.ts";
import { fromBase64url, toBase64url } from "../platform/base64url.ts";
import { SealingError } from "../sealing-error.ts";
import { suite } from "./suite.ts";

const KEY_ID_LABEL = utf8ToBytes("holdfast/sealing/v1/public-key-id\0");
const HALF_BYTES = 32;
const PUBLIC_TEXT = /^hfsealpub_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;
const PAIR_TEXT = /^hfsealpair_([0-9a-f]{12})_([A-Za-z0-9_-]{86})$/;

/** The half of a pair that seals and cannot open. It is no secret. */
export interface PublicSealingKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** A key pair: what its public half seals, only its secret half opens. The secret is private, as in `SealingKey`. */
export class SealingKeyPair {
  readonly id: string;
  readonly publicBytes: Uint8Array;
  readonly #secret: Uint8Array;

  /** Takes both halves, 32 bytes each. Use `newKeyPair` and `parseKeyPair`. */
  constructor(secret: Uint8Array, publicBytes: Uint8Array) {
    this.#secret = secret.slice();
    this.publicBytes = publicBytes.slice();
    this.id = keyId(KEY_ID_LABEL, publicBytes);
  }

  reveal(): Uint8Array {
    return this.#secret;
  }

  /** Both halves as text, to be kept where secrets are kept: `hfsealpair_<key id>_<64 bytes in base64url>`. */
  text(): string {
    return `hfsealpair_${this.id}_${toBase64url(concatBytes(this.#secret, this.publicBytes))}`;
  }

  /** The public half as text, to be given to senders: `hfsealpub_<key id>_<32 bytes in base64url>`. */
  publicText(): string {
    return `hfsealpub_${this.id}_${toBase64url(this.publicBytes)}`;
  }

  toString(): string {
    return `hfsealpair_${this.id}_(secret)`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Draws a new key pair. */
export async function newKeyPair(): Promise<SealingKeyPair> {
  const { privateKey, publicKey } = await suite.GenerateKeyPair(true);
  return new SealingKeyPair(
    await suite.SerializePrivateKey(privateKey),
    await suite.SerializePublicKey(publicKey),
  );
}

/** @throws SealingError `seal_key_invalid` for any other text; the message never shows it. */
export function parseKeyPair(text: string): SealingKeyPair {
  const [, id = "", body = ""] = PAIR_TEXT.exec(text.trim()) ?? [];
  const bytes = fromBase64url(body);
  if (id === "" || bytes === null) throw invalid("key pair", "hfsealpair_<key id>_<key>");
  const pair = new SealingKeyPair(bytes.subarray(0, HALF_BYTES), bytes.subarray(HALF_BYTES));
  if (pair.id === id) return pair;
  throw invalid("key pair", "hfsealpair_<key id>_<key>, whole and unchanged");
}

/** @throws SealingError `seal_key_invalid` for any other text, and for a key whose id is not its own. */
export function parsePublicKey(text: string): PublicSealingKey {
  const [, id = "", body = ""] = PUBLIC_TEXT.exec(text.trim()) ?? [];
  const bytes = fromBase64url(body);
  if (id === "" || bytes === null) throw invalid("public sealing key", "hfsealpub_<key id>_<key>");
  if (keyId(KEY_ID_LABEL, bytes) === id) return { id, bytes };
  throw invalid("public sealing key", "hfsealpub_<key id>_<key>, whole and unchanged");
}

function invalid(what: string, form: string): SealingError {
  return new SealingError("seal_key_invalid", `Cannot use the ${what}: it is not of the form ${form}.`);
}
