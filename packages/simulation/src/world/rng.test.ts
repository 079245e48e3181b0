import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createRng } from "./rng.ts";

describe("createRng()", () => {
  it("gives the same numbers for the same label, on every machine", () => {
    const rng = createRng("42/scenario");
    // A seed that once failed must fail in the same way for as long as this package lives.
    assert.deepEqual(
      Array.from({ length: 4 }, () => rng.integer(0, 999_999)),
      [953_507, 231_110, 279_849, 515_629],
    );
  });

  it("gives other numbers for another label", () => {
    const drawn = ["1/a", "1/b", "2/a", "11/a"].map((label) => createRng(label).fraction());
    assert.equal(new Set(drawn).size, drawn.length);
  });

  it("keeps whole numbers within their bounds, and meets both", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: -9, max: 9 }), fc.nat({ max: 5 }), (label, min, size) => {
        const rng = createRng(label);
        const seen = new Set(Array.from({ length: 400 }, () => rng.integer(min, min + size)));
        assert.equal(Math.min(...seen), min);
        assert.equal(Math.max(...seen), min + size);
      }),
      { numRuns: 50 },
    );
  });
});
