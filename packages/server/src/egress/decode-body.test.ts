import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { decodeBody, isPlain } from "./decode-body.ts";

const ENCODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: gzipSync,
  "x-gzip": gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
};

for (const [encoding, encode] of [...Object.entries(ENCODERS), ["deflate", deflateRawSync] as const]) {
  test(`decodeBody() reads ${encoding} as ${encode.name} writes it`, async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(text, async (original) => {
        const decoded = await decodeBody(encode(Buffer.from(original)), encoding, 10_000);
        assert.deepEqual(decoded, { kind: "decoded", text: original });
      }),
      { numRuns: 30 },
    );
  });

  test(`decodeBody() stops ${encode.name} one byte past the limit, and not before`, async () => {
    const body = encode(Buffer.alloc(50_000, "x"));
    assert.ok(body.length < 1000);
    assert.equal((await decodeBody(body, encoding, 50_000)).kind, "decoded");
    assert.deepEqual(await decodeBody(body, encoding, 49_999), { kind: "too_large" });
    assert.deepEqual(await decodeBody(body, encoding, 1), { kind: "too_large" });
  });

  test(`decodeBody() calls what ${encode.name} wrote damaged when its end is missing`, async () => {
    const body = encode(Buffer.from("all that was said, and a little more"));
    assert.deepEqual(await decodeBody(body.subarray(0, -9), encoding, 1000), { kind: "damaged" });
  });
}

test("decodeBody() reads a body of one byte where one is allowed, and none where none is", async () => {
  const body = gzipSync(Buffer.from("a"));
  assert.deepEqual(await decodeBody(body, "gzip", 1), { kind: "decoded", text: "a" });
  assert.deepEqual(await decodeBody(body, "gzip", 0), { kind: "too_large" });
  assert.deepEqual(await decodeBody(Buffer.alloc(0), "gzip", 0), { kind: "decoded", text: "" });
});

for (const encoding of ["gzip", "br", "deflate"]) {
  test(`decodeBody() calls plain text that claims to be ${encoding} damaged, and an empty body empty`, async () => {
    assert.deepEqual(await decodeBody(Buffer.from('{"a":1}'), encoding, 1000), { kind: "damaged" });
    assert.deepEqual(await decodeBody(Buffer.alloc(0), encoding, 1000), { kind: "decoded", text: "" });
  });
}

test("decodeBody() reads the name of an encoding in capitals", async () => {
  const decoded = await decodeBody(gzipSync("ok"), " GZip ", 10);
  assert.deepEqual(decoded, { kind: "decoded", text: "ok" });
});

for (const encoding of ["zstd", "compress", "gzip, gzip", "gzip,br", "__proto__"]) {
  test(`decodeBody() does not know the encoding ${encoding}`, async () => {
    assert.deepEqual(await decodeBody(gzipSync("x"), encoding, 10), { kind: "unknown_encoding" });
  });
}

test("isPlain() is true for no encoding and identity alone", () => {
  for (const encoding of [undefined, "", "identity", "Identity"])
    assert.equal(isPlain(encoding), true, encoding);
  for (const encoding of ["gzip", "identity, gzip", "none"]) assert.equal(isPlain(encoding), false, encoding);
});
