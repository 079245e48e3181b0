import { HoldfastError } from "./errors.ts";

/** Crockford's base 32: no I, L, O or U. In ascending order, so ULIDs sort as text. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_MAX_MS = 2 ** 48 - 1;
const ENTROPY_BYTES = 10;

/** Character codes of the alphabet by value: a lookup in bytes is faster than one in text. */
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));

/**
 * A ULID from its instant (Unix milliseconds, 48 bits) and 10 bytes of entropy: 26 characters, upper case.
 *
 * @example
 * ```ts
 * formatUlid(1_700_000_000_000, new Uint8Array(10)) // → "01HF7YAT000000000000000000"
 * ```
 *
 * @throws HoldfastError `internal_error` when the time is not a whole number of 48 bits or the entropy not 10 bytes.
 */
export function formatUlid(timeMs: number, entropy: Uint8Array): string {
  if (entropy.length !== ENTROPY_BYTES) {
    throw new HoldfastError(
      "internal_error",
      `Cannot make a ULID: it needs 10 bytes of entropy, not ${entropy.length}.`,
    );
  }
  return timePart(timeMs) + fiveBytes(entropy, 0) + fiveBytes(entropy, 5);
}

/**
 * Whether a text is a ULID as this server writes it: 26 upper-case characters whose time fits 48 bits.
 *
 * @example
 * ```ts
 * isUlid("01HF7YAT000000000000000000") // → true
 * isUlid("81HF7YAT000000000000000000") // → false
 * ```
 */
export function isUlid(text: string): boolean {
  return ULID.test(text);
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/**
 * The instant in a ULID, in Unix milliseconds.
 *
 * @example
 * ```ts
 * ulidTime("01HF7YAT000000000000000000") // → 1_700_000_000_000
 * ```
 *
 * @throws HoldfastError `id_invalid` when the text is not a ULID; ask `isUlid` first where a person wrote it.
 */
export function ulidTime(ulid: string): number {
  if (!isUlid(ulid)) {
    throw new HoldfastError(
      "id_invalid",
      `Cannot read the time of ${JSON.stringify(ulid.slice(0, 40))}: it is not a ULID.`,
    );
  }
  let timeMs = 0;
  for (let index = 0; index < 10; index++) timeMs = timeMs * 32 + ALPHABET.indexOf(ulid.charAt(index));
  return timeMs;
}

/** What a client sends so that a repeated request names the same events: an instant and the first id's entropy. */
export interface EventIdSeed {
  readonly timeMs: number;
  /** Ten bytes. */
  readonly entropy: Uint8Array;
}

/**
 * The seed in an `x-inngest-event-id-seed` header, `<milliseconds>,<base64 of 10 bytes>`. Null when the header is
 * absent or malformed: the ids are then random, and a repeated request is a new one.
 *
 * @example
 * ```ts
 * parseEventIdSeed("1700000000000,AAECAwQFBgcICQ==") // → { timeMs: 1_700_000_000_000, entropy: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) }
 * parseEventIdSeed("yesterday") // → null
 * ```
 */
export function parseEventIdSeed(header: string | null | undefined): EventIdSeed | null {
  const match = SEED.exec(header ?? "");
  if (match === null) return null;
  const [, millis = "", base64 = ""] = match;
  const timeMs = Number(millis);
  if (timeMs > TIME_MAX_MS) return null;
  return { timeMs, entropy: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) };
}

/** Ten bytes are 14 base64 digits and two of padding. */
const SEED = /^([0-9]{1,15}),([A-Za-z0-9+/]{14}==)$/;

/**
 * The id of one event of a seeded request: the seed's entropy with `index` added to its last four bytes, as an
 * unsigned big-endian number that wraps. Indexes start at 1 for `/e/` and at 0 for `/invoke/`.
 *
 * @example
 * ```ts
 * const seed = { timeMs: 1_700_000_000_000, entropy: new Uint8Array(10) };
 * seededUlid(seed, 1) // → "01HF7YAT000000000000000001"
 * ```
 */
export function seededUlid(seed: EventIdSeed, index: number): string {
  // Not `slice()`, which of a Buffer gives the same memory once more.
  const entropy = Uint8Array.from(seed.entropy);
  const counter = new DataView(entropy.buffer, ENTROPY_BYTES - 4);
  // `setUint32` keeps the lowest 32 bits of what it is given, which is the wrap.
  counter.setUint32(0, counter.getUint32(0) + index);
  return formatUlid(seed.timeMs, entropy);
}

/** 48 bits of time as ten characters. */
function timePart(timeMs: number): string {
  if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs > TIME_MAX_MS) {
    throw new HoldfastError(
      "internal_error",
      `Cannot make a ULID: the time ${timeMs} is not whole milliseconds in 48 bits.`,
    );
  }
  // Bit operators work on 32 bits, so the number is first cut in two by division: 23 bits above, 25 below.
  const low = timeMs % 2 ** 25;
  const high = (timeMs - low) / 2 ** 25;
  return fiveDigits(high) + fiveDigits(low);
}

/** 25 bits as five characters. */
function fiveDigits(bits: number): string {
  return String.fromCharCode(
    code(bits >>> 20),
    code(bits >>> 15),
    code(bits >>> 10),
    code(bits >>> 5),
    code(bits),
  );
}

/** Five bytes are eight characters: 40 bits, five at a time. */
function fiveBytes(bytes: Uint8Array, at: number): string {
  const [a, b, c, d, e] = [
    byte(bytes, at),
    byte(bytes, at + 1),
    byte(bytes, at + 2),
    byte(bytes, at + 3),
    byte(bytes, at + 4),
  ];
  return String.fromCharCode(
    code(a >>> 3),
    code((a << 2) | (b >>> 6)),
    code(b >>> 1),
    code((b << 4) | (c >>> 4)),
    code((c << 1) | (d >>> 7)),
    code(d >>> 2),
    code((d << 3) | (e >>> 5)),
    code(e),
  );
}

/** The character code of a value's lowest five bits. */
function code(bits: number): number {
  // The mask keeps the index inside the table.
  return CODES[bits & 31] as number;
}

function byte(bytes: Uint8Array, index: number): number {
  // Callers hand in indexes below the length, which `formatUlid` has checked.
  return bytes[index] as number;
}
