import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nodeDigest } from "#kernel";
import { jitterOf } from "#schedules";

describe("jitterOf()", () => {
  it("is a whole number from a second to the jitter, the same each time", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 0 }),
        fc.integer({ min: 1000, max: 300_000 }),
        (id, at, ms) => {
          const delayMs = jitterOf(id, at, ms, nodeDigest);
          assert.ok(Number.isInteger(delayMs) && delayMs >= 1000 && delayMs <= ms, String(delayMs));
          assert.equal(jitterOf(id, at, ms, nodeDigest), delayMs);
        },
      ),
    );
  });

  it("is 0 without jitter", () => {
    assert.equal(jitterOf("f", 0, 0, nodeDigest), 0);
  });

  it("spreads functions of one instant, and instants of one function, over the whole span", () => {
    for (const delayOf of [
      (index: number) => jitterOf(`function ${index}`, 1_700_000_000_000, 5000, nodeDigest),
      (index: number) => jitterOf("function", 1_700_000_000_000 + index * 60_000, 5000, nodeDigest),
    ]) {
      const tenths = new Set(
        Array.from({ length: 400 }, (_, index) => Math.floor((delayOf(index) - 1000) / 400)),
      );
      assert.ok(tenths.size >= 10, [...tenths].join());
    }
  });
});
