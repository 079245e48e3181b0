import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { nodeDigest } from "./digest.ts";

test("nodeDigest makes the HMAC that Node makes, under keys that are bytes and keys that are text", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.string({ unit: "binary" }), (key, text) => {
      const expected = createHmac("sha256", key).update(text).update(key).digest("hex");
      assert.equal(nodeDigest.hmacSha256Hex(key, text, key), expected);
      assert.equal(
        nodeDigest.hmacSha256Hex(text, key),
        createHmac("sha256", Buffer.from(text)).update(key).digest("hex"),
      );
    }),
  );
});
