import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { KEY_BYTES } from "../format/aead.ts";
import type { SealingKey } from "./sealing-key.ts";

/** What a derived key is for: values of one run, values without a run, blind indexes, names. */
export type KeyPurpose =
  | { readonly purpose: "run"; readonly runId: string }
  | { readonly purpose: "environment" | "index" | "names" };

/** Derived keys that are remembered. One more costs three hashes; one less is a run that asks again. */
const CACHE_COUNT_MAX = 2000;

const SALT = utf8ToBytes("holdfast/sealing/v1");

/**
 * Derives the keys that seal from the master keys: HKDF-SHA-256 (RFC 5869) from the master key to the environment's, and
 * from there to a run's or to another purpose's. Who learns a run's key learns that run and no other.
 */
export class KeySchedule {
  readonly #derived = new Map<string, Uint8Array>();

  keyFor(master: SealingKey, environment: string, purpose: KeyPurpose): Uint8Array {
    const last = lengthed(purpose.purpose) + ("runId" in purpose ? lengthed(purpose.runId) : "");
    const first = lengthed(environment);
    const name = master.id + first + last;
    const known = this.#derived.get(name);
    if (known !== undefined) return known;
    const key = deriveKey(deriveKey(master.reveal(), first), last);
    this.#remember(name, key);
    return key;
  }

  #remember(name: string, key: Uint8Array): void {
    if (this.#derived.size >= CACHE_COUNT_MAX) {
      // The oldest goes: a map keeps the order in which its entries came.
      const oldest = this.#derived.keys().next();
      if (oldest.done !== true) this.#derived.delete(oldest.value);
    }
    this.#derived.set(name, key);
  }
}

/** HMAC-SHA256 of text. */
export function keyedHash(key: Uint8Array, text: string): Uint8Array {
  return hmac(sha256, key, utf8ToBytes(text));
}

/** Text with its length before it, so that two texts in a row can be read in one way only. */
export function lengthed(text: string): string {
  const whole = text.toWellFormed();
  return `${whole.length}:${whole}`;
}

function deriveKey(from: Uint8Array, info: string): Uint8Array {
  return expand(sha256, extract(sha256, from, SALT), utf8ToBytes(info), KEY_BYTES);
}
