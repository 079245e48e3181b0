import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LIMITS } from "./limits.ts";
import { parseRetryAfter } from "./retry-after.ts";

const NOW = Date.UTC(2026, 0, 1);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Header, and how long after now it asks for. */
const READ: readonly (readonly [header: string, delayMs: number])[] = [
  ["0", SECOND],
  ["1", SECOND],
  ["30", 30 * SECOND],
  ["007", 7 * SECOND],
  [" 30\t", 30 * SECOND],
  ["86400", DAY],
  ["86401", DAY],
  ["9999999", DAY],
  ["2026-01-01T00:05:00Z", 5 * MINUTE],
  ["2026-01-01t00:05:00z", 5 * MINUTE],
  ["2026-01-01 00:05:00Z", 5 * MINUTE],
  ["2026-01-01T00:05:00+00:00", 5 * MINUTE],
  ["2026-01-01T01:05:00+01:00", 5 * MINUTE],
  ["2025-12-31T19:05:00-05:00", 5 * MINUTE],
  ["2026-01-01T05:35:00+05:30", 5 * MINUTE],
  ["2026-01-01T00:05:00.250Z", 5 * MINUTE + 250],
  ["2026-01-01T00:05:00.123456789Z", 5 * MINUTE + 123],
  ["2026-01-01T00:00:60Z", MINUTE],
  ["Thu, 01 Jan 2026 00:05:00 GMT", 5 * MINUTE],
  ["thu, 01 jan 2026 00:05:00 gmt", 5 * MINUTE],
  ["Thu, 01 Jan 2026 00:05:00 UTC", 5 * MINUTE],
  ["Thu, 01 Jan 2026 01:05:00 +0100", 5 * MINUTE],
  ["Wed, 31 Dec 2025 19:05:00 -0500", 5 * MINUTE],
  ["Thursday, 01-Jan-26 00:05:00 GMT", 5 * MINUTE],
  ["Thu Jan  1 00:05:00 2026", 5 * MINUTE],
  ["Thu Jan 01 00:05:00 2026", 5 * MINUTE],
  // The past is soon, the far future is a day away.
  ["2026-01-01T00:00:00Z", SECOND],
  ["1999-12-31T23:59:59Z", SECOND],
  ["Sunday, 06-Nov-94 08:49:37 GMT", SECOND],
  ["Thursday, 01-Jan-76 00:00:00 GMT", DAY],
  ["Friday, 01-Jan-77 00:00:00 GMT", SECOND],
  ["2099-01-01T00:00:00Z", DAY],
];

for (const [header, delayMs] of READ) {
  test(`parseRetryAfter() reads ${JSON.stringify(header)} as ${delayMs} ms from now`, () => {
    const atMs = parseRetryAfter(header, NOW);
    assert.equal(atMs === null ? null : atMs - NOW, delayMs);
  });
}

const REFUSED = [
  null,
  undefined,
  "",
  " ",
  "soon",
  "soon 1",
  "-1",
  "+1",
  "1.5",
  "1e3",
  "0x10",
  "30s",
  "12345678",
  "1, 2",

  "2026-01",
  "2026-01-01",
  "2026-01-01T00:05:00",
  "2026-01-01T00:05Z",
  "2026-1-1T00:05:00Z",
  "2026-01-01T00:05:00.Z",

  "2026-13-01T00:00:00Z",
  "2026-00-01T00:00:00Z",
  "2026-02-30T00:00:00Z",
  "2025-02-29T00:00:00Z",
  "2026-01-00T00:00:00Z",
  "2026-01-01T24:00:00Z",
  "2026-01-01T00:60:00Z",
  "2026-01-01T00:00:61Z",
  "2026-01-01T00:05:00+24:00",
  "2026-01-01T00:05:00+00:60",
  "2026-01-01T00:05:00+0000",
  "Thu, 1 Jan 2026 00:05:00 GMT",
  "Thu, 31 Feb 2026 00:05:00 GMT",
  "Thu, 01 Jan 2026 00:05:00",
  "Thu, 01 Jan 2026 00:05:00 PST",
  "Thu, 01 Foo 2026 00:05:00 GMT",
  "Thu, 01 Jan 26 00:05:00 GMT",
  "Thursday, 32-Jan-26 00:05:00 GMT",
  "Thu Feb 30 00:05:00 2026",
  "Thu Jan 1 00:05:00 2026",
];

for (const header of REFUSED) {
  test(`parseRetryAfter() gives null for ${JSON.stringify(header) ?? "undefined"}`, () => {
    assert.equal(parseRetryAfter(header, NOW), null);
  });
}

test("parseRetryAfter() reads every date within a day back from the forms that JavaScript writes", () => {
  const date = fc.date({ min: new Date(NOW), max: new Date(NOW + DAY), noInvalidDate: true });
  fc.assert(
    fc.property(date, (at) => {
      const soonest = NOW + LIMITS.retryAfterMinMs;
      assert.equal(parseRetryAfter(at.toISOString(), NOW), Math.max(at.getTime(), soonest));
      const wholeSeconds = Math.floor(at.getTime() / SECOND) * SECOND;
      assert.equal(parseRetryAfter(at.toUTCString(), NOW), Math.max(wholeSeconds, soonest));
    }),
  );
});

test("parseRetryAfter() answers any text with null or an instant between a second and a day from now", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...Array.from("0129-:TZ+ ,JanGMTThu.")) }),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 4e12 }), (header, nowMs) => {
      const atMs = parseRetryAfter(header, nowMs);
      if (atMs === null) return;
      assert.ok(
        atMs >= nowMs + LIMITS.retryAfterMinMs && atMs <= nowMs + LIMITS.retryAfterMaxMs,
        String(atMs),
      );
    }),
  );
});
