import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bucket } from "./token-bucket.ts";
import { takeFrom } from "./token-bucket.ts";

/** Takes in turn, each at its instant; how long each had to wait. */
function waits(
  perSecond: number,
  takes: readonly (readonly [count: number, at: number])[],
): readonly number[] {
  let bucket: Bucket | null = null;
  return takes.map(([count, at]) => {
    const taken = takeFrom(bucket, count, perSecond, at);
    ({ bucket } = taken);
    return taken.waitMs;
  });
}

test("a bucket holds one second's worth, and fills as time passes", () => {
  assert.deepEqual(
    waits(10, [
      [10, 0],
      [1, 0],
      [1, 50],
      [1, 100],
      [10, 5000],
      [1, 5000],
    ]),
    [0, 100, 50, 0, 0, 100],
  );
});

test("who was told to wait so long finds room then, and not a moment before", () => {
  const [, wait = 0] = waits(3, [
    [3, 0],
    [2, 0],
  ]);
  assert.equal(wait, 667);
  assert.ok(
    (waits(3, [
      [3, 0],
      [2, wait - 1],
    ])[1] ?? 0) > 0,
  );
  assert.equal(
    waits(3, [
      [3, 0],
      [2, wait],
    ])[1],
    0,
  );
});

test("what can never fit is let through when the bucket is full, and waited for afterwards", () => {
  assert.deepEqual(
    waits(10, [
      [50, 0],
      [1, 1000],
      [1, 4100],
    ]),
    [0, 3100, 0],
  );
  assert.ok(
    (waits(10, [
      [1, 0],
      [50, 0],
    ])[1] ?? 0) > 0,
  );
});
