/** Bytes of one block; the message is padded to whole ones. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Rounds of one block. */
const ROUNDS = 64;

/** The first `count` prime numbers. */
function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

/** The first 32 bits of a number's fraction. */
function fraction(value: number): number {
  return ((value - Math.floor(value)) * 2 ** 32) | 0;
}

/** The standard's constants are fractions of roots of primes (FIPS 180-4, 4.2.2 and 5.3.3); doubles hold them exactly enough. */
const ROUND_CONSTANTS = Int32Array.from(primes(ROUNDS), (prime) => fraction(Math.cbrt(prime)));
const INITIAL_STATE = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));

/**
 * SHA-256 of bytes (FIPS 180-4), for platforms whose own is asynchronous only. 32 bytes.
 *
 * @example
 * ```ts
 * sha256(new Uint8Array(0))[0] // → 0xe3
 * ```
 */
export function sha256(message: Uint8Array): Uint8Array {
  const padded = pad(message);
  const view = new DataView(padded.buffer);
  const state = Int32Array.from(INITIAL_STATE);
  const schedule = new Int32Array(ROUNDS);
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) {
    fill(schedule, view, at);
    compress(state, schedule);
  }
  const digest = new Uint8Array(DIGEST_BYTES);
  const out = new DataView(digest.buffer);
  state.forEach((value, index) => out.setInt32(index * 4, value));
  return digest;
}

/** The message, one bit, zeros, and its length in bits as 64 bits. */
function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const padded = new Uint8Array(bytes);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(bytes - 8, BigInt(message.length) * 8n);
  return padded;
}

function fill(schedule: Int32Array, view: DataView, at: number): void {
  for (let index = 0; index < 16; index++) schedule[index] = view.getInt32(at + index * 4);
  for (let index = 16; index < ROUNDS; index++) {
    const early = word(schedule, index - 15);
    const late = word(schedule, index - 2);
    const spreadEarly = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const spreadLate = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    schedule[index] = (word(schedule, index - 16) + spreadEarly + word(schedule, index - 7) + spreadLate) | 0;
  }
}

function compress(state: Int32Array, schedule: Int32Array): void {
  let a = word(state, 0);
  let b = word(state, 1);
  let c = word(state, 2);
  let d = word(state, 3);
  let e = word(state, 4);
  let f = word(state, 5);
  let g = word(state, 6);
  let h = word(state, 7);
  for (let round = 0; round < ROUNDS; round++) {
    const sumE = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first = (h + sumE + choice + word(ROUND_CONSTANTS, round) + word(schedule, round)) | 0;
    const sumA = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + sumA + majority) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => {
    state[index] = (word(state, index) + value) | 0;
  });
}

function rotate(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}

function word(words: Int32Array, index: number): number {
  // Every index above is below the array's length.
  return words[index] as number;
}
