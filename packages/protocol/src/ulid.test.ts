import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isHoldfastError } from "./errors.ts";
import { formatUlid, isUlid, parseEventIdSeed, seededUlid, ulidTime } from "./ulid.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_MAX_MS = 2 ** 48 - 1;

const timeMs = fc.integer({ min: 0, max: TIME_MAX_MS });
const entropy = fc.uint8Array({ minLength: 10, maxLength: 10 });

/** The same id by arithmetic on one large number, slowly. */
function ulidOfNumber(time: number, bytes: Uint8Array): string {
  let number = (BigInt(time) << 80n) | BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (let digit = 0; digit < 26; digit++) {
    text = ALPHABET.charAt(Number(number & 31n)) + text;
    number >>= 5n;
  }
  return text;
}

const VECTORS: readonly (readonly [timeMs: number, entropy: Uint8Array, ulid: string])[] = [
  [0, new Uint8Array(10), "00000000000000000000000000"],
  [TIME_MAX_MS, new Uint8Array(10).fill(255), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"],
  [1_700_000_000_000, new Uint8Array(10), "01HF7YAT000000000000000000"],
  [1, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1), "00000000010000000000000001"],
  [32, Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0), "0000000010G000000000000000"],
  [2 ** 25, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0, 0), "00001000000000000100000000"],
];

for (const [time, bytes, ulid] of VECTORS) {
  test(`formatUlid() makes ${ulid}`, () => {
    assert.equal(formatUlid(time, bytes), ulid);
    assert.equal(ulidTime(ulid), time);
  });
}

test("formatUlid() writes time and entropy as one number of 128 bits in base 32", () => {
  fc.assert(
    fc.property(timeMs, entropy, (time, bytes) => {
      const ulid = formatUlid(time, bytes);
      assert.equal(ulid, ulidOfNumber(time, bytes));
      assert.equal(isUlid(ulid), true);
      assert.equal(ulidTime(ulid), time);
    }),
  );
});

test("formatUlid() makes ids that sort as text by time, then by entropy", () => {
  fc.assert(
    fc.property(timeMs, timeMs, entropy, entropy, (leftTime, rightTime, left, right) => {
      const byTime = leftTime - rightTime;
      const order = Math.sign(byTime === 0 ? Buffer.compare(left, right) : byTime);
      const [leftId, rightId] = [formatUlid(leftTime, left), formatUlid(rightTime, right)];
      assert.equal(leftId < rightId ? -1 : leftId > rightId ? 1 : 0, order);
      const sameTime = Buffer.compare(left, right);
      assert.equal(formatUlid(leftTime, left) < formatUlid(leftTime, right), sameTime < 0);
    }),
  );
});

for (const time of [-1, 0.5, TIME_MAX_MS + 1, Number.NaN, Infinity]) {
  test(`formatUlid() refuses the time ${time} with internal_error`, () => {
    assert.throws(
      () => formatUlid(time, new Uint8Array(10)),
      (error) => isHoldfastError(error, "internal_error"),
    );
  });
}

for (const length of [0, 9, 11]) {
  test(`formatUlid() refuses ${length} bytes of entropy with internal_error`, () => {
    assert.throws(
      () => formatUlid(0, new Uint8Array(length)),
      (error) => isHoldfastError(error, "internal_error"),
    );
  });
}

const NOT_ULIDS = [
  "",
  "01HF7YAT00000000000000000",
  "01HF7YAT0000000000000000000",
  "81HF7YAT000000000000000000",
  "01hf7yat000000000000000000",
  "01HF7YAT00000000000000000I",
  "01HF7YAT00000000000000000L",
  "01HF7YAT00000000000000000O",
  "01HF7YAT00000000000000000U",
  "01HF7YAT0000000000000000 0",
  "01HF7YAT000000000000000000\n",
];

for (const text of NOT_ULIDS) {
  test(`isUlid() refuses ${JSON.stringify(text)}, and ulidTime() throws id_invalid`, () => {
    assert.equal(isUlid(text), false);
    assert.throws(
      () => ulidTime(text),
      (error) => isHoldfastError(error, "id_invalid"),
    );
  });
}

test("parseEventIdSeed() reads the instant and the ten bytes", () => {
  const expected = { timeMs: 1_700_000_000_000, entropy: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) };
  assert.deepEqual(parseEventIdSeed("1700000000000,AAECAwQFBgcICQ=="), expected);
  fc.assert(
    fc.property(timeMs, entropy, (time, bytes) => {
      const seed = parseEventIdSeed(`${time},${Buffer.from(bytes).toString("base64")}`);
      assert.deepEqual(seed, { timeMs: time, entropy: bytes });
    }),
  );
});

const BAD_SEEDS: readonly (readonly [title: string, header: string | null | undefined])[] = [
  ["absent", undefined],
  ["null", null],
  ["empty", ""],
  ["a word", "yesterday"],
  ["without an instant", ",AAECAwQFBgcICQ=="],
  ["without entropy", "1700000000000,"],
  ["without a comma", "1700000000000AAECAwQFBgcICQ=="],
  ["with a negative instant", "-1,AAECAwQFBgcICQ=="],
  ["with a fraction", "1.5,AAECAwQFBgcICQ=="],
  ["with an instant above 48 bits", "281474976710656,AAECAwQFBgcICQ=="],
  ["with an instant of many digits", "1700000000000000000,AAECAwQFBgcICQ=="],
  ["of nine bytes", "1700000000000,AAECAwQFBgcI"],
  ["of eleven bytes", "1700000000000,AAECAwQFBgcICQo="],
  ["without its padding", "1700000000000,AAECAwQFBgcICQ"],
  ["in the alphabet of URLs", "1700000000000,__-_AwQFBgcICQ=="],
  ["with white space", "1700000000000, AAECAwQFBgcICQ=="],
  ["with something after it", "1700000000000,AAECAwQFBgcICQ==,1"],
];

for (const [title, header] of BAD_SEEDS) {
  test(`parseEventIdSeed() gives null for a seed ${title}`, () => {
    assert.equal(parseEventIdSeed(header), null);
  });
}

test("parseEventIdSeed() reads the last instant that fits 48 bits", () => {
  assert.equal(parseEventIdSeed("281474976710655,AAECAwQFBgcICQ==")?.timeMs, TIME_MAX_MS);
});

test("seededUlid() adds the index to the last four bytes as one big-endian number", () => {
  const seed = { timeMs: 1_700_000_000_000, entropy: Uint8Array.of(9, 9, 9, 9, 9, 9, 0, 0, 1, 255) };
  assert.equal(
    seededUlid(seed, 1),
    formatUlid(seed.timeMs, Uint8Array.of(9, 9, 9, 9, 9, 9, 0, 0, 2, 0)),
    "the carry goes to the byte on the left",
  );
  assert.equal(seededUlid(seed, 0), formatUlid(seed.timeMs, seed.entropy));
});

test("seededUlid() wraps after the last of four bytes, and leaves the six before them alone", () => {
  const seed = { timeMs: 5, entropy: Uint8Array.of(1, 2, 3, 4, 5, 6, 255, 255, 255, 255) };
  assert.equal(seededUlid(seed, 1), formatUlid(5, Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 0, 0, 0)));
  assert.equal(seededUlid(seed, 3), formatUlid(5, Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 0, 0, 2)));
});

test("seededUlid() gives each index of one seed its own id, the same every time", () => {
  fc.assert(
    fc.property(timeMs, entropy, fc.nat(5000), (time, bytes, index) => {
      const before = bytes.slice();
      const counter = (new DataView(bytes.buffer, bytes.byteOffset).getUint32(6) + index) % 2 ** 32;
      const expected = bytes.slice();
      new DataView(expected.buffer).setUint32(6, counter);
      assert.equal(seededUlid({ timeMs: time, entropy: bytes }, index), ulidOfNumber(time, expected));
      assert.deepEqual(bytes, before);
    }),
  );
});

test("seededUlid() leaves a seed in a Buffer as it was, though slices of a Buffer share its memory", () => {
  const bytes = Buffer.from("AAECAwQFBgcICQ==", "base64");
  const seed = { timeMs: 0, entropy: bytes };
  const first = seededUlid(seed, 1);
  assert.equal(first, formatUlid(0, Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 10)));
  assert.equal(seededUlid(seed, 1), first);
  assert.deepEqual([...bytes], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
