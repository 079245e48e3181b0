import { hchacha, xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import type { NativeChacha } from "../platform/native-chacha.ts";
import { nativeChacha } from "../platform/native-chacha.ts";

export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** From this size the platform's cipher is faster, for all that a call into it costs; bench/sealing.ts measures both. */
const NATIVE_BYTES_MIN = 2048;

const SIGMA = words(new TextEncoder().encode("expand 32-byte k"));

/**
 * Seals bytes with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): nonce, ciphertext, tag. The nonce has 24 bytes, so
 * that random ones may be drawn without counting how many.
 */
export function sealBytes(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  plain: Uint8Array,
  native: NativeChacha | null = nativeChacha,
): Uint8Array {
  const whole = new Uint8Array(NONCE_BYTES + plain.length + TAG_BYTES);
  whole.set(nonce);
  const sealed = whole.subarray(NONCE_BYTES);
  if (native === null || plain.length < NATIVE_BYTES_MIN) {
    xchacha20poly1305(key, nonce, associated).encrypt(plain, sealed);
  } else {
    native.sealInto(sealed, subkey(key, nonce), shortNonce(nonce), associated, plain);
  }
  return whole;
}

/** Opens what `sealBytes` wrote; null when the key, the associated data or a bit is another one. */
export function openBytes(
  key: Uint8Array,
  associated: Uint8Array,
  whole: Uint8Array,
  native: NativeChacha | null = nativeChacha,
): Uint8Array | null {
  if (whole.length < NONCE_BYTES + TAG_BYTES) return null;
  const nonce = whole.subarray(0, NONCE_BYTES);
  const sealed = whole.subarray(NONCE_BYTES);
  try {
    return native === null || sealed.length < NATIVE_BYTES_MIN
      ? xchacha20poly1305(key, nonce, associated).decrypt(sealed)
      : native.open(subkey(key, nonce), shortNonce(nonce), associated, sealed);
  } catch {
    // Both ciphers have one reason to throw here: the tag does not fit.
    return null;
  }
}

/** The key of the inner cipher, made of the first 16 bytes of the nonce (section 2.2 of the draft). */
function subkey(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const derived = new Uint32Array(8);
  hchacha(SIGMA, words(key), words(nonce.subarray(0, 16)), derived);
  const bytes = new Uint8Array(KEY_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of derived.entries()) view.setUint32(index * 4, word, true);
  return bytes;
}

/** Four bytes of zero and the rest of the nonce (section 2.3 of the draft). */
function shortNonce(nonce: Uint8Array): Uint8Array {
  const short = new Uint8Array(12);
  short.set(nonce.subarray(16), 4);
  return short;
}

/** Bytes as little-endian words, whatever the machine's own order. */
function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}
