import assert from "node:assert/strict";
import { test } from "node:test";
import { median, percentile } from "./statistics.ts";

test("median() takes the middle of an odd list and the mean of the middle two of an even one", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([8, 2, 4, 6]), 5);
});

test("median() leaves out what was not measured, and is not a number without anything measured", () => {
  assert.equal(median([Number.NaN, 3]), 3);
  assert.equal(median([]), Number.NaN);
});

test("percentile() takes the nearest rank", () => {
  const sorted = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(percentile(sorted, 0.5), 50);
  assert.equal(percentile(sorted, 0.99), 99);
  assert.equal(percentile([7], 0.99), 7);
  assert.equal(percentile([], 0.5), Number.NaN);
});
