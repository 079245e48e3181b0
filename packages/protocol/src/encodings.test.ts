import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { base64, base64Url, base64UrlBytes, hexBytes } from "./encodings.ts";

test("hexBytes(), base64() and base64Url() write what Node writes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      assert.deepEqual(hexBytes(buffer.toString("hex")), bytes);
      assert.equal(base64(bytes), buffer.toString("base64"));
      assert.equal(base64Url(bytes), buffer.toString("base64url"));
      assert.deepEqual(base64UrlBytes(base64Url(bytes)), bytes);
    }),
  );
});

test("base64UrlBytes() takes one text for each value: no padding, no other alphabet, no bits left over", () => {
  for (const text of ["a", "ab=", "a+", "a/", "a b", "aB", "AAB", "é"]) {
    const decoded = base64UrlBytes(text);
    assert.ok(decoded === null || base64Url(decoded) === text, text);
  }
  assert.equal(base64UrlBytes("AB"), null);
  assert.equal(base64UrlBytes("A"), null);
  assert.deepEqual(base64UrlBytes("AQ"), Uint8Array.of(1));
});
