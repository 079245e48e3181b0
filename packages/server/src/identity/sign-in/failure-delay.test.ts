import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failures } from "./failure-delay.ts";
import { waitMsOf, withFailure } from "./failure-delay.ts";

const START = 1_700_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;

function after(count: number): Failures | null {
  let failures: Failures | null = null;
  for (let index = 0; index < count; index += 1) failures = withFailure(failures, START);
  return failures;
}

test("the first failures cost nothing, then each doubles the wait, up to a quarter of an hour, and never for good", () => {
  const waits = [0, 4, 5, 6, 7, 14, 15, 16, 1000].map((count) => waitMsOf(after(count), START));
  assert.deepEqual(waits, [0, 0, 1000, 2000, 4000, 512_000, 900_000, 900_000, 900_000]);
  assert.equal(waitMsOf(after(1000), START + 900_000), 0);
  assert.equal(waitMsOf(after(6), START + 500), 1500);
});

test("a day without a failure begins the count anew", () => {
  const many = after(20);
  assert.equal(withFailure(many, START + DAY_MS).count, 21);
  assert.equal(withFailure(many, START + DAY_MS + 1).count, 1);
});
