const BLOCK_BYTES = 64;
const ROUNDS = 80;
const encoder = new TextEncoder();

/**
 * SHA-1 of UTF-8 text in lower-case hex (FIPS 180-4, 6.1). It names steps (wire-protocol 8.1) and secures nothing: the
 * protocol asks for it, and no platform but Node offers it synchronously.
 *
 * @example
 * ```ts
 * sha1Hex("a") // → "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"
 * ```
 */
export function sha1Hex(text: string): string {
  const view = padded(encoder.encode(text));
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const schedule = new Int32Array(ROUNDS);
  for (let at = 0; at < view.byteLength; at += BLOCK_BYTES) {
    for (let index = 0; index < 16; index++) schedule[index] = view.getInt32(at + index * 4);
    for (let index = 16; index < ROUNDS; index++) {
      const mixed =
        word(schedule, index - 3) ^
        word(schedule, index - 8) ^
        word(schedule, index - 14) ^
        word(schedule, index - 16);
      schedule[index] = rotate(mixed, 1);
    }
    compress(state, schedule);
  }
  return Array.from(state, (value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The message, one bit, zeros, and its length in bits as 64 bits. */
function padded(message: Uint8Array): DataView {
  const bytes = Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const whole = new Uint8Array(bytes);
  whole.set(message);
  whole[message.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setBigUint64(bytes - 8, BigInt(message.length) * 8n);
  return view;
}

function compress(state: Int32Array, schedule: Int32Array): void {
  let a = word(state, 0);
  let b = word(state, 1);
  let c = word(state, 2);
  let d = word(state, 3);
  let e = word(state, 4);
  for (let round = 0; round < ROUNDS; round++) {
    const next = (rotate(a, 5) + mix(round, b, c, d) + e + constant(round) + word(schedule, round)) | 0;
    [e, d, c, b, a] = [d, c, rotate(b, 30), a, next];
  }
  [a, b, c, d, e].forEach((value, index) => {
    state[index] = (word(state, index) + value) | 0;
  });
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return (b & c) | (~b & d);
  if (round >= 40 && round < 60) return (b & c) | (b & d) | (c & d);
  return b ^ c ^ d;
}

function constant(round: number): number {
  if (round < 20) return 0x5a827999;
  if (round < 40) return 0x6ed9eba1;
  return round < 60 ? 0x8f1bbcdc : 0xca62c1d6;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function word(words: Int32Array, index: number): number {
  // Every index above is below the array's length.
  return words[index] as number;
}
