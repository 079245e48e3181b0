import { brotliDecompressSync, constants, inflateRawSync, zstdDecompressSync } from "node:zlib";

/** Some bytes read in another way: what was written before it was escaped, encoded or compressed. */
export interface Reading {
  /** `json`, `percent`, `hex`, `base64`, `utf16`, `gzip`, `deflate`, `deflate-raw`, `brotli`, `zstd`. */
  readonly form: string;
  /** Where in the bytes that which was read begins. */
  readonly offset: number;
  readonly bytes: Buffer;
  /** Whether a compressed stream may begin with these bytes, one that has no sign of its own. */
  readonly isStart: boolean;
}

/** Shorter runs of letters and digits are words. Sixteen characters of base64 hold twelve bytes. */
const RUN_CHARS_MIN = 16;

/** What a stream may grow to; nothing in a test is larger. */
const INFLATED_BYTES_MAX = 64 * 1024 * 1024;

/** What is set aside for an attempt; nearly all attempts end at once. */
const CHUNK_BYTES = 1024;

/**
 * Every way in which these bytes, or a part of them, can be read as something else.
 *
 * @param isStart whether streams without a sign are looked for.
 */
export function* readingsOf(bytes: Buffer, isStart: boolean): Generator<Reading> {
  // One character for each byte, so that offsets agree.
  const text = bytes.toString("latin1");
  yield* unescaped(text);
  yield* encoded(text);
  yield* wide(text);
  yield* inflated(bytes, isStart);
}

function* unescaped(text: string): Generator<Reading> {
  for (const { 0: run, index } of text.matchAll(/[\x20-\x7e\x80-\xff]+/g)) {
    for (const [form, plain] of [
      ["json", withoutEscapes(run)],
      ["percent", withoutPercent(run)],
    ] as const) {
      if (plain !== run) yield { form, offset: index, bytes: Buffer.from(plain, "latin1"), isStart: false };
    }
  }
}

function withoutEscapes(run: string): string {
  return run.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|(.))/g,
    (_whole, code: string | undefined, one: string | undefined) =>
      code === undefined
        ? (ESCAPES[one ?? ""] ?? one ?? "")
        : utf8(String.fromCharCode(Number.parseInt(code, 16))),
  );
}

function withoutPercent(run: string): string {
  return run.replaceAll(/%([0-9a-fA-F]{2})/g, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

/** A character as the bytes it has in UTF-8, one character each. Halves of a pair become nothing that is looked for. */
function utf8(character: string): string {
  return Buffer.from(character, "utf8").toString("latin1");
}

function* encoded(text: string): Generator<Reading> {
  for (const { 0: run, index } of text.matchAll(/[0-9a-fA-F]+/g)) {
    if (run.length < RUN_CHARS_MIN) continue;
    for (const shift of [0, 1]) {
      yield {
        form: "hex",
        offset: index,
        bytes: Buffer.from(run.slice(shift, run.length - ((run.length - shift) % 2)), "hex"),
        isStart: shift === 0,
      };
    }
  }
  // What stands before the encoded text may look like a part of it, so it is read from each of four beginnings.
  for (const { 0: run, index } of text.matchAll(/[A-Za-z0-9+/_-]+/g)) {
    if (run.length < RUN_CHARS_MIN) continue;
    for (const shift of [0, 1, 2, 3]) {
      // Node reads both alphabets of base64.
      yield {
        form: "base64",
        offset: index,
        bytes: Buffer.from(run.slice(shift), "base64"),
        isStart: shift === 0,
      };
    }
  }
}

/** Letters with a zero between them. Which of the two orders of bytes it was does not matter. */
function* wide(text: string): Generator<Reading> {
  for (const { 0: run, index } of text.matchAll(/(?:[\x20-\x7e]\0){15,}[\x20-\x7e]?/g)) {
    yield {
      form: "utf16",
      offset: index,
      bytes: Buffer.from(run.replaceAll("\0", ""), "latin1"),
      isStart: false,
    };
  }
}

interface Format {
  readonly form: string;
  /** What a stream begins with; empty for a format without a sign, which is tried at the beginning alone. */
  readonly signs: readonly (readonly number[])[];
  readonly inflate: (bytes: Buffer) => Buffer;
}

// A stream that was cut off gives what it has.
const options = {
  finishFlush: constants.Z_SYNC_FLUSH,
  maxOutputLength: INFLATED_BYTES_MAX,
  chunkSize: CHUNK_BYTES,
};

const FORMATS: readonly Format[] = [
  // Read without its checksum, and whatever stands behind it.
  {
    form: "gzip",
    signs: [[0x1f, 0x8b, 0x08]],
    inflate: (bytes) => inflateRawSync(bytes.subarray(gzipHeaderBytes(bytes)), options),
  },
  {
    form: "deflate",
    signs: [
      [0x78, 0x01],
      [0x78, 0x5e],
      [0x78, 0x9c],
      [0x78, 0xda],
    ],
    inflate: (bytes) => inflateRawSync(bytes.subarray(2), options),
  },
  {
    form: "zstd",
    signs: [[0x28, 0xb5, 0x2f, 0xfd]],
    inflate: (bytes) =>
      zstdDecompressSync(bytes, { finishFlush: constants.ZSTD_e_flush, maxOutputLength: INFLATED_BYTES_MAX }),
  },
  { form: "deflate-raw", signs: [], inflate: (bytes) => inflateRawSync(bytes, options) },
  {
    form: "brotli",
    signs: [],
    inflate: (bytes) =>
      brotliDecompressSync(bytes, {
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
        maxOutputLength: INFLATED_BYTES_MAX,
        chunkSize: CHUNK_BYTES,
      }),
  },
];

/** How long the header of a gzip member is, with what it may hold besides (RFC 1952, section 2.3). */
function gzipHeaderBytes(bytes: Buffer): number {
  const flags = bytes[3] ?? 0;
  let length = 10;
  if ((flags & 4) !== 0) length += 2 + bytes.readUInt16LE(length);
  for (const flag of [8, 16]) if ((flags & flag) !== 0) length = bytes.indexOf(0, length) + 1;
  return (flags & 2) === 0 ? length : length + 2;
}

function* inflated(bytes: Buffer, isStart: boolean): Generator<Reading> {
  for (const { form, signs, inflate } of FORMATS) {
    const signed = signs.flatMap((sign) => offsetsOf(bytes, Buffer.from(sign)));
    const offsets = signs.length === 0 && isStart ? [0] : signed;
    for (const offset of offsets) {
      const plain = attempt(() => inflate(bytes.subarray(offset)));
      if (plain !== null && plain.length > 0) yield { form, offset, bytes: plain, isStart: true };
    }
  }
}

function offsetsOf(bytes: Buffer, sign: Buffer): readonly number[] {
  const offsets: number[] = [];
  for (let at = bytes.indexOf(sign); at !== -1; at = bytes.indexOf(sign, at + 1)) offsets.push(at);
  return offsets;
}

/** Null for what is no stream of the format: most bytes are none. */
function attempt(inflate: () => Buffer): Buffer | null {
  try {
    return inflate();
  } catch {
    return null;
  }
}
