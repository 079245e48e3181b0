import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { KEY_BYTES } from "../format/aead.ts";
import { fromBase64url, toBase64url } from "../platform/base64url.ts";
import type { SealingWorld } from "../platform/world.ts";
import { platformWorld } from "../platform/world.ts";
import { SealingError } from "../sealing-error.ts";

const KEY_ID_LABEL = utf8ToBytes("holdfast/sealing/v1/key-id\0");
const KEY_ID_BYTES = 6;
const KEY_TEXT = /^hfseal_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/**
 * A master key: 32 random bytes, from which every other key is derived. The bytes are private, so that printing,
 * inspecting or serialising a key never shows them; `reveal()` is the one way to them.
 */
export class SealingKey {
  /** 12 hex digits of a hash of the key. It stands in every envelope, and tells nothing about the key. */
  readonly id: string;
  readonly #bytes: Uint8Array;

  /** Takes exactly 32 bytes. Use `parseSealingKey` for text, and `newSealingKey` for a new one. */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== KEY_BYTES) throw invalid(`it has ${bytes.length} bytes instead of ${KEY_BYTES}`);
    this.#bytes = bytes.slice();
    this.id = keyId(KEY_ID_LABEL, bytes);
  }

  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** The key as text, to be kept where secrets are kept: `hfseal_<key id>_<32 bytes in base64url>`. */
  text(): string {
    return `hfseal_${this.id}_${toBase64url(this.#bytes)}`;
  }

  toString(): string {
    return `hfseal_${this.id}_(secret)`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/**
 * Reads a master key as `holdfast keys sealing new` prints it.
 *
 * @throws SealingError `seal_key_invalid` for any other text, a passphrase among them, and for a key whose id is not its
 * own: some character was lost or changed. The message never shows the text.
 */
export function parseSealingKey(text: string): SealingKey {
  const [, id = "", body = ""] = KEY_TEXT.exec(text.trim()) ?? [];
  if (id === "") {
    throw invalid(
      "it is not of the form hfseal_<key id>_<key>. A passphrase can be guessed, however long it seems, and is not taken",
    );
  }
  const bytes = fromBase64url(body);
  if (bytes === null) throw invalid("its last character is none that a writer of keys makes");
  const key = new SealingKey(bytes);
  if (key.id !== id)
    throw invalid(`it calls itself ${id} and is ${key.id}: some character was lost or changed`);
  return key;
}

/** Draws a new master key. */
export function newSealingKey(world: SealingWorld = platformWorld): SealingKey {
  return new SealingKey(world.random(KEY_BYTES));
}

/** The id of a key: the first 12 hex digits of SHA-256 over a label and the key's bytes. */
export function keyId(label: Uint8Array, bytes: Uint8Array): string {
  return bytesToHex(sha256(concatBytes(label, bytes)).subarray(0, KEY_ID_BYTES));
}

function invalid(reason: string): SealingError {
  return new SealingError("seal_key_invalid", `Cannot use the sealing key: ${reason}.`);
}
