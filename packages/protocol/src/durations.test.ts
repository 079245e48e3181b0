import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./durations.ts";
import { isHoldfastError } from "./errors.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

const READ: readonly (readonly [text: string, ms: number])[] = [
  ["0", 0],
  ["-0", 0],
  ["+0", 0],
  ["0s", 0],
  ["-0s", 0],
  ["1ms", 1],
  ["500ms", 500],
  ["1s", SECOND],
  ["90s", 90 * SECOND],
  ["1m", MINUTE],
  ["1h", HOUR],
  ["1d", DAY],
  ["1w", WEEK],
  ["1h30m", HOUR + 30 * MINUTE],
  ["1w2d3h4m5s6ms", WEEK + 2 * DAY + 3 * HOUR + 4 * MINUTE + 5 * SECOND + 6],
  // In any order and more than once, as Go reads them.
  ["5s1h5s", HOUR + 10 * SECOND],
  ["1.5s", 1500],
  ["1.s", SECOND],
  [".5s", 500],
  ["0.1w", WEEK / 10],
  ["+2d", 2 * DAY],
  ["-2d", -2 * DAY],
  ["-1h30m", -(HOUR + 30 * MINUTE)],
  // Below a millisecond: to the nearest.
  ["1500us", 2],
  ["1499us", 1],
  ["1500\u00b5s", 2],
  ["1500\u03bcs", 2],
  ["600000ns", 1],
  ["1ns", 0],
  ["-1ns", 0],
  ["-1500us", -2],
  ["007s", 7 * SECOND],
  ["52w", 52 * WEEK],
];

for (const [text, ms] of READ) {
  test(`parseDuration() reads ${text} as ${ms} ms`, () => {
    assert.equal(Object.is(parseDuration(text), ms), true, `read ${parseDuration(text)}`);
  });
}

const REFUSED = [
  "",
  "-",
  "+",
  "--1s",
  "+-1s",
  "1",
  "1.5",
  "s",
  ".",
  ".s",
  "1x",
  "1y",
  "1M",
  "1S",
  "1 s",
  " 1s",
  "1s ",
  "1s\n",

  "1s,2s",
  "1s-2s",
  "1e3s",
  "0x1s",
  "1..5s",
  "1_000s",
  "\u0661s",
  "Infinity",
  "NaN",
  "P1D",
  "1mo",
  "00",
  "0.0",

  "9007199254740992ms",
  "99999999999999w",
  "1s".repeat(65),
  "9".repeat(400) + "s",
];

for (const text of REFUSED) {
  test(`parseDuration() refuses ${JSON.stringify(text.slice(0, 24))} with duration_invalid`, () => {
    assert.throws(
      () => parseDuration(text),
      (error) => isHoldfastError(error, "duration_invalid") && error.message.length < 200,
    );
  });
}

test("parseDuration() reads the longest exact number of milliseconds", () => {
  assert.equal(parseDuration(`${Number.MAX_SAFE_INTEGER}ms`), Number.MAX_SAFE_INTEGER);
});

const WRITTEN: readonly (readonly [ms: number, text: string])[] = [
  [0, "0s"],
  [-0, "0s"],
  [0.4, "0s"],
  [-0.4, "0s"],
  [1, "1ms"],
  [999.6, "1s"],
  [500, "500ms"],
  [90 * SECOND, "1m30s"],
  [HOUR + 30 * MINUTE, "1h30m"],
  [-(2 * DAY), "-2d"],
  [WEEK + 1, "1w1ms"],
  [366 * DAY, "52w2d"],
];

for (const [ms, text] of WRITTEN) {
  test(`formatDuration() writes ${ms} ms as ${text}`, () => {
    assert.equal(formatDuration(ms), text);
  });
}

for (const ms of [Number.NaN, Infinity, -Infinity, 2 ** 53]) {
  test(`formatDuration() refuses ${ms} with duration_invalid`, () => {
    assert.throws(
      () => formatDuration(ms),
      (error) => isHoldfastError(error, "duration_invalid"),
    );
  });
}

test("parseDuration() reads back what formatDuration() wrote, for every countable number", () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer()), (ms) => {
      assert.equal(parseDuration(formatDuration(ms)), ms);
    }),
    { numRuns: 1000 },
  );
});

test("parseDuration() answers every text with a whole number or duration_invalid", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom("1", "9", ".", "s", "m", "h", "-", "n") }),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      try {
        assert.ok(Number.isSafeInteger(parseDuration(candidate)));
      } catch (error) {
        if (!isHoldfastError(error, "duration_invalid")) throw error;
      }
    }),
  );
});
