import assert from "node:assert/strict";
import { test } from "node:test";
import { elapsed } from "./elapsed.ts";

test("elapsed() says a time with the units a person would use", () => {
  for (const [ms, words] of [
    [-5, "0 ms"],
    [0.4, "0 ms"],
    [120, "120 ms"],
    [999.6, "1 s"],
    [1240, "1.2 s"],
    [9949, "9.9 s"],
    [9950, "10 s"],
    [19_400, "19 s"],
    [59_960, "1 min"],
    [125_000, "2 min 5 s"],
    [3_600_000, "1 h"],
    [11_040_000, "3 h 4 min"],
    [176_400_000, "2 d 1 h"],
  ] as const) {
    assert.equal(elapsed(ms), words);
  }
});
