import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { HoldfastError, readEnvelope } from "@holdfast/protocol";
import type { PayloadPosition } from "holdfast";
import type { SealingWorld } from "../platform/world.ts";
import { placeText, SealingError } from "../sealing-error.ts";
import type { CompatibleKeys } from "./compatible-keys.ts";
import { openV0 } from "./open-v0.ts";
import { fromBase64, toBase64 } from "./standard-base64.ts";

const MARKER = "__ENCRYPTED__";
const STRATEGY_MEMBER = "__STRATEGY__";
const STRATEGY = "inngest/libsodium";
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The published envelope: XSalsa20-Poly1305 without associated data. It keeps a value secret and whole; it does not keep it
 * in its place, and names no key. docs/reference/sealing.md says what follows.
 */
export class PublishedBox {
  readonly #keys: readonly { readonly text: string; readonly derived: Uint8Array }[];
  readonly #acceptsV0: boolean;
  readonly #world: SealingWorld;

  /** @throws HoldfastError `config_invalid` for an empty key. */
  constructor(options: CompatibleKeys, world: SealingWorld) {
    const texts = [options.key, ...(options.fallbackDecryptionKeys ?? [])].map((text) => text.trim());
    if (texts.includes("")) {
      throw new HoldfastError("config_invalid", "Cannot seal in the published format: a key is empty.");
    }
    this.#keys = texts.map((text) => ({
      text,
      derived: blake2b(utf8ToBytes(text), { dkLen: KEY_BYTES }),
    }));
    this.#acceptsV0 = options.acceptV0 ?? false;
    this.#world = world;
  }

  /** A value in an envelope; null and undefined stay as they are, as the published package leaves them. */
  seal(value: unknown): unknown {
    if (value === null || value === undefined) return value;
    const [first] = this.#keys;
    const json = JSON.stringify(value);
    // The constructor saw to it that there is a key; a function has no JSON, and is left out by whoever writes it.
    if (first === undefined || json === undefined) return undefined;
    const nonce = this.#world.random(NONCE_BYTES);
    const box = xsalsa20poly1305(first.derived, nonce).encrypt(utf8ToBytes(json));
    return { [MARKER]: true, [STRATEGY_MEMBER]: STRATEGY, data: toBase64(concatBytes(nonce, box)) };
  }

  /**
   * The value of an envelope; anything else passes, as it does in the published package.
   *
   * @throws SealingError `seal_broken` when no key opens it, `seal_format_refused` for the older form without `acceptV0`.
   */
  open(value: unknown, at: PayloadPosition): unknown {
    if (!isMarked(value)) return value;
    const isV0 = value[STRATEGY_MEMBER] === undefined;
    if (isV0 && !this.#acceptsV0) {
      throw new SealingError(
        "seal_format_refused",
        `Cannot open the ${placeText(at)}: it has the published format's older form, which authenticates nothing.`,
        { position: at, next: "Set acceptV0 while values of that form are about." },
      );
    }
    const bytes = fromBase64(value.data);
    const json = bytes === null ? null : isV0 ? this.#openV0(bytes) : this.#openBox(bytes);
    if (json !== null) return json.value;
    throw new SealingError(
      "seal_broken",
      `Cannot open the ${placeText(at)}: none of ${this.#keys.length} keys opens it. It was changed, or sealed with another key.`,
      { position: at },
    );
  }

  #openBox(bytes: Uint8Array): { readonly value: unknown } | null {
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    for (const { derived } of this.#keys) {
      try {
        const box = xsalsa20poly1305(derived, bytes.subarray(0, NONCE_BYTES));
        return parsed(new TextDecoder().decode(box.decrypt(bytes.subarray(NONCE_BYTES))));
      } catch {
        // Another key: the next one is tried.
      }
    }
    return null;
  }

  #openV0(bytes: Uint8Array): { readonly value: unknown } | null {
    for (const { text } of this.#keys) {
      const json = openV0(text, bytes);
      const found = json === null ? null : parsed(json);
      if (found !== null) return found;
    }
    return null;
  }
}

/** Whether a value is an envelope to the published package: more lenient than `readEnvelope`, which knows its writers. */
export function isMarked(value: unknown): value is Fields & { readonly data: string } {
  if (readEnvelope(value)?.format.startsWith("inngest") === true) return true;
  if (typeof value !== "object" || value === null) return false;
  return MARKER in value && value[MARKER] === true && "data" in value && typeof value.data === "string";
}

/** In a wrapper, since null is a value. The parser's own message would quote what was opened. */
function parsed(json: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(json) as unknown };
  } catch {
    return null;
  }
}
