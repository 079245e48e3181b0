import assert from "node:assert/strict";
import { test } from "node:test";
import { masked } from "./payload-view.ts";

test("masked() says of what type a value is and how long as JSON, and nothing of it", () => {
  for (const [value, expected] of [
    [null, { masked: "null", bytes: 4 }],
    [true, { masked: "boolean", bytes: 4 }],
    [12.5, { masked: "number", bytes: 4 }],
    ["é", { masked: "string", bytes: 4 }],
    [[1, 2], { masked: "array", bytes: 5 }],
    [{ secret: "x" }, { masked: "object", bytes: 14 }],
  ] as const)
    assert.deepEqual(masked(value), expected);
  assert.equal(masked(undefined), undefined);
});
