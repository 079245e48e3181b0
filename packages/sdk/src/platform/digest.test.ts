import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { platformDigest } from "./digest.ts";
import { portableDigest } from "./portable-digest.ts";

/** Lengths around the edges of a block, where padding goes wrong. */
const edges = fc.constantFrom(0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  edges.chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
);
const text = fc.string({ unit: "binary", maxLength: 100 });

for (const [name, digest] of [
  ["portableDigest", portableDigest],
  ["platformDigest()", platformDigest()],
] as const) {
  describe(name, () => {
    it("hashes bytes and text as SHA-256 does", () => {
      fc.assert(
        fc.property(fc.oneof(bytes, text), (data) => {
          assert.equal(digest.sha256Hex(data), createHash("sha256").update(data).digest("hex"));
        }),
      );
    });

    it("makes the HMAC over all parts, for keys shorter and longer than a block", () => {
      fc.assert(
        fc.property(
          fc.oneof(
            text,
            edges.map((length) => "k".repeat(length)),
          ),
          fc.array(fc.oneof(bytes, text), { maxLength: 4 }),
          (key, parts) => {
            const mac = createHmac("sha256", key);
            for (const part of parts) mac.update(part);
            assert.equal(digest.hmacSha256Hex(key, ...parts), mac.digest("hex"));
          },
        ),
      );
    });

    it("calls texts equal when they are, and never when one is the other's beginning", () => {
      fc.assert(
        fc.property(text, text, (left, right) => {
          const [a, b] = [Buffer.from(left), Buffer.from(right)];
          assert.equal(digest.equal(left, right), a.equals(b));
          assert.equal(digest.equal(left, left), true);
        }),
      );
      for (const [left, right] of [
        ["", "\0"],
        ["\0", ""],
        ["ab", "a"],
        ["a", "ab"],
        ["a", "a\0"],
      ] as const) {
        assert.equal(digest.equal(left, right), false, JSON.stringify([left, right]));
      }
    });
  });
}

describe("platformDigest()", () => {
  it("is the portable one where no module of Node's can be had", (test) => {
    const { process } = globalThis;
    test.after(() => {
      globalThis.process = process;
    });
    Reflect.deleteProperty(globalThis, "process");
    const digest = platformDigest();
    globalThis.process = process;
    assert.equal(digest, portableDigest);
  });
});
