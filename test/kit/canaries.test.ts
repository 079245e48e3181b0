import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { createCanary, findCanaries, findCanary } from "./canaries.ts";

const canary = createCanary("event field");
/** Large enough for every format to write letters in fewer bits, so that none shows as it is. */
const json = JSON.stringify({
  name: "shop/ordered",
  data: { note: canary.text, more: randomBytes(2000).toString("base64") },
});

const utf8 = (text: string): Buffer => Buffer.from(text, "utf8");

const everyUnit = (text: string, write: (unit: number) => string): string =>
  Array.from({ length: text.length }, (_, index) => write(text.charCodeAt(index))).join("");

const everyByte = (text: string, write: (byte: string) => string): string =>
  [...utf8(text)].map((byte) => write(byte.toString(16).padStart(2, "0"))).join("");

describe("findCanary()", () => {
  it("finds a text as it is, and as JSON writes it", () => {
    assert.equal(findCanary(utf8(`before ${canary.text} after`), canary), "plain");
    assert.equal(findCanary(utf8(json), canary), "plain");
    assert.equal(findCanary(utf8(JSON.stringify(JSON.stringify(json))), canary), "plain");
  });

  it("finds either mark alone, for a text that was cut off", () => {
    for (const mark of canary.marks) assert.equal(findCanary(utf8(`Error: ${mark}…`), canary), "plain");
  });

  it("finds JSON of nothing but escapes, in both cases of digits", () => {
    for (const digits of [
      (unit: number) => unit.toString(16).padStart(4, "0"),
      (unit: number) => unit.toString(16).padStart(4, "0").toUpperCase(),
    ]) {
      const escaped = everyUnit(canary.text, (unit) => `\\u${digits(unit)}`);
      assert.equal(findCanary(utf8(`{"note":"${escaped}"}`), canary), "json");
      assert.equal(findCanary(utf8(JSON.stringify(`{"note":"${escaped}"}`)), canary), "json in json");
    }
  });

  it("finds percent-encoding, in both cases of digits", () => {
    assert.equal(
      findCanary(utf8(`GET /?q=${everyByte(canary.text, (byte) => `%${byte}`)}&x=1`), canary),
      "percent",
    );
    assert.equal(
      findCanary(utf8(`q=${everyByte(canary.text, (byte) => `%${byte.toUpperCase()}`)}`), canary),
      "percent",
    );
    assert.equal(findCanary(utf8(encodeURIComponent(canary.text)), canary), "plain");
  });

  it("finds hex in both cases, wherever it begins", () => {
    const hex = utf8(canary.text).toString("hex");
    for (const before of ["", "x", "a", "ab", "abc"]) {
      assert.equal(findCanary(utf8(before + hex), canary), "hex");
      assert.equal(findCanary(utf8(before + hex.toUpperCase() + before), canary), "hex");
    }
  });

  it("finds base64 and base64url at every alignment, whatever stands before and after", () => {
    for (const alphabet of ["base64", "base64url"] as const) {
      for (const inside of ["", "a", "ab", "abc"]) {
        for (const before of ["", "=", "A", "AB", "ABC", "/e/"]) {
          const encoded = utf8(inside + canary.text + inside).toString(alphabet);
          assert.equal(findCanary(utf8(`${before}${encoded}"`), canary), "base64");
        }
      }
    }
  });

  it("finds UTF-16 in both orders of bytes, at even and odd places", () => {
    const little = Buffer.from(canary.text, "utf16le");
    for (const before of [Buffer.alloc(0), Buffer.from([7])]) {
      assert.equal(findCanary(Buffer.concat([before, little]), canary), "utf16");
      assert.equal(findCanary(Buffer.concat([before, Buffer.from(little).swap16()]), canary), "utf16");
    }
  });

  it("finds what was compressed, amid other bytes where the format has a sign", () => {
    const noise = randomBytes(50);
    const surroundings = [
      [Buffer.alloc(0), Buffer.alloc(0)],
      [noise, Buffer.alloc(0)],
      [noise, noise],
    ] as const;
    for (const [before, after] of surroundings) {
      const amid = (bytes: Buffer): Buffer => Buffer.concat([before, bytes, after]);
      assert.equal(findCanary(amid(gzipSync(json)), canary), "gzip");
      assert.equal(findCanary(amid(zstdCompressSync(json)), canary), "zstd");
      for (const level of [1, 5, 6, 9])
        assert.equal(findCanary(amid(deflateSync(json, { level })), canary), "deflate");
    }
    assert.equal(findCanary(deflateRawSync(json), canary), "deflate-raw");
    assert.equal(findCanary(brotliCompressSync(json), canary), "brotli");
  });

  it("finds a stream that was cut off", () => {
    const whole = gzipSync(json);
    assert.equal(findCanary(whole.subarray(0, whole.length - 6), canary), "gzip");
  });

  it("finds a gzip member with a name, a comment and a checksum in its header", () => {
    const plain = gzipSync(json);
    const header = Buffer.concat([plain.subarray(0, 10), utf8("name\0comment\0"), Buffer.from([1, 2])]);
    header[3] = 8 | 16 | 2;
    assert.equal(findCanary(Buffer.concat([header, plain.subarray(10)]), canary), "gzip");
  });

  it("finds one encoding in another", () => {
    const packed = utf8(JSON.stringify({ body: gzipSync(json).toString("base64") }));
    assert.equal(findCanary(packed, canary), "gzip in base64");
    assert.equal(findCanary(brotliCompressSync(packed), canary), "gzip in base64 in brotli");
    assert.equal(
      findCanary(utf8(utf8(utf8(canary.text).toString("base64")).toString("hex")), canary),
      "base64 in hex",
    );
  });

  it("finds nothing in another canary, in chance, or in half a mark", () => {
    const other = createCanary("event field");
    assert.equal(findCanary(utf8(JSON.stringify(other)), canary), null);
    assert.equal(findCanary(randomBytes(100_000), canary), null);
    assert.equal(findCanary(gzipSync(utf8(other.text)), canary), null);
    const [mark = ""] = canary.marks;
    assert.equal(findCanary(utf8(mark.slice(0, mark.length / 2)), canary), null);
    assert.equal(findCanary(new Uint8Array(), canary), null);
  });
});

describe("findCanaries()", () => {
  it("says of each what it is, how it is written and where", () => {
    const second = createCanary("result");
    const third = createCanary("log");
    const bytes = utf8(`0123456789${canary.text}: ${utf8(second.text).toString("base64")}`);
    const sightings = findCanaries(bytes, [canary, second, third]);
    assert.deepEqual(
      sightings.map((each) => [each.canary.label, each.form, each.offset]),
      [
        ["event field", "plain", 10],
        ["result", "base64", 10 + utf8(canary.text).length + 2],
      ],
    );
  });
});
