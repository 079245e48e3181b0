import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { sha1Hex } from "./sha1.ts";

test("any text has the digest that Node gives it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      assert.equal(sha1Hex(text), createHash("sha1").update(text, "utf8").digest("hex"));
    }),
  );
});

test("texts around the length of a block have the right padding", () => {
  for (let length = 50; length < 135; length++) {
    const text = "x".repeat(length);
    assert.equal(sha1Hex(text), createHash("sha1").update(text).digest("hex"), `${length} bytes`);
  }
});
