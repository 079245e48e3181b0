import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import fc from "fast-check";
import { parseCron } from "#schedules";
import type { Pattern } from "./testing/minute-scan.ts";
import { expressionOf, scanMinutes } from "./testing/minute-scan.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The first occurrences after an instant, as ISO text without seconds. */
function occurrences(source: string, after: string, count: number): readonly string[] {
  const cron = parseCron(source);
  const found: string[] = [];
  let at: number | null = Date.parse(after);
  while (found.length < count) {
    at = cron.next(at);
    if (at === null) break;
    found.push(new Date(at).toISOString().replace(":00.000Z", "Z"));
  }
  return found;
}

function fault(source: string): string {
  try {
    parseCron(source);
  } catch (error) {
    assert.ok(isHoldfastError(error, "cron_invalid"), String(error));
    return `${error.message} ${error.next}`;
  }
  throw new assert.AssertionError({ message: `"${source}" was accepted` });
}

describe("parseCron().next()", () => {
  for (const [source, after, expected] of [
    ["* * * * *", "2026-01-01T00:00:00Z", ["2026-01-01T00:01Z", "2026-01-01T00:02Z"]],
    ["* * * * *", "2025-12-31T23:59:59.999Z", ["2026-01-01T00:00Z"]],
    ["*/15 9-10 * * *", "2026-01-01T09:40:00Z", ["2026-01-01T09:45Z", "2026-01-01T10:00Z"]],
    ["5/20 0 * * *", "2026-01-01T00:00:00Z", ["2026-01-01T00:05Z", "2026-01-01T00:25Z", "2026-01-01T00:45Z"]],
    ["10-30/10 0 * * *", "2026-01-01T00:10:00Z", ["2026-01-01T00:20Z", "2026-01-01T00:30Z"]],
    ["0 0 1 jan,JUL *", "2026-01-01T00:00:00Z", ["2026-07-01T00:00Z", "2027-01-01T00:00Z"]],
    ["0 12 * * Mon-fri", "2026-01-02T12:00:00Z", ["2026-01-05T12:00Z", "2026-01-06T12:00Z"]],
    ["0 0 ? * SUN", "2026-01-01T00:00:00Z", ["2026-01-04T00:00Z", "2026-01-11T00:00Z"]],
    ["00 07 01 01 *", "2026-01-01T00:00:00Z", ["2026-01-01T07:00Z"]],
    ["0 0 29 2 *", "2026-01-01T00:00:00Z", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]],
    ["0\t0  1 * *  ", "2026-01-01T00:00:00Z", ["2026-02-01T00:00Z"]],
    ["TZ=Asia/Kolkata 0 9 * * *", "2026-01-01T00:00:00Z", ["2026-01-01T03:30Z"]],
    ["CRON_TZ=America/New_York 0 9 * * *", "2026-01-01T00:00:00Z", ["2026-01-01T14:00Z"]],
    ["TZ=UTC 0 9 * * *", "2026-01-01T00:00:00Z", ["2026-01-01T09:00Z"]],
    ["TZ=Etc/GMT+5 0 9 * * *", "2026-01-01T00:00:00Z", ["2026-01-01T14:00Z"]],
  ] as const) {
    it(`gives the occurrences of "${source}" after ${after}`, () => {
      assert.deepEqual(occurrences(source, after, expected.length), expected);
    });
  }

  it("takes day of month or weekday when both are restricted, which a step greater than one is", () => {
    assert.deepEqual(occurrences("0 0 13 * FRI", "2026-01-01T00:00:00Z", 4), [
      "2026-01-02T00:00Z",
      "2026-01-09T00:00Z",
      "2026-01-13T00:00Z",
      "2026-01-16T00:00Z",
    ]);
    assert.deepEqual(occurrences("0 0 */10 * MON", "2026-01-01T00:00:00Z", 3), [
      "2026-01-05T00:00Z",
      "2026-01-11T00:00Z",
      "2026-01-12T00:00Z",
    ]);
    assert.deepEqual(occurrences("0 0 1-31 * MON", "2026-01-01T00:00:00Z", 2), [
      "2026-01-02T00:00Z",
      "2026-01-03T00:00Z",
    ]);
  });

  it("takes both when one of them is open, also as */1 or as part of a list", () => {
    for (const open of ["*", "?", "*/1", "13,*"]) {
      assert.deepEqual(occurrences(`0 0 ${open} * FRI`, "2026-01-01T00:00:00Z", 2), [
        "2026-01-02T00:00Z",
        "2026-01-09T00:00Z",
      ]);
    }
    assert.deepEqual(occurrences("0 0 13 * *", "2026-01-01T00:00:00Z", 1), ["2026-01-13T00:00Z"]);
  });

  it("leaves out what falls into a skipped hour", () => {
    assert.deepEqual(occurrences("TZ=America/New_York 30 2 * * *", "2026-03-07T00:00:00Z", 2), [
      "2026-03-07T07:30Z",
      "2026-03-09T06:30Z",
    ]);
    // Samoa had no 30 December 2011.
    assert.deepEqual(occurrences("TZ=Pacific/Apia 0 12 29-31 12 *", "2011-12-01T00:00:00Z", 2), [
      "2011-12-29T22:00Z",
      "2011-12-30T22:00Z",
    ]);
  });

  it("runs twice where clocks show an hour twice", () => {
    assert.deepEqual(occurrences("TZ=America/New_York 30 1 * * *", "2026-11-01T00:00:00Z", 3), [
      "2026-11-01T05:30Z",
      "2026-11-01T06:30Z",
      "2026-11-02T06:30Z",
    ]);
    // Lord Howe turns its clocks back by half an hour: from 02:00 to 01:30.
    assert.deepEqual(occurrences("TZ=Australia/Lord_Howe 15,45 1 * * *", "2026-04-04T12:00:00Z", 3), [
      "2026-04-04T14:15Z",
      "2026-04-04T14:45Z",
      "2026-04-04T15:15Z",
    ]);
  });

  it("gives null when nothing occurs within 5 years, and soon", () => {
    const startedAt = performance.now();
    assert.equal(parseCron("0 0 31 2 *").next(Date.UTC(2026, 0, 1)), null);
    assert.equal(parseCron("TZ=Europe/Berlin 0 0 30 2 *").next(Date.UTC(2026, 0, 1)), null);
    // 2100 is no leap year.
    assert.equal(parseCron("0 0 29 2 *").next(Date.UTC(2097, 0, 1)), null);
    assert.equal(parseCron("0 0 29 2 *").next(Date.UTC(2100, 0, 1)), Date.UTC(2104, 1, 29));
    assert.ok(performance.now() - startedAt < 2000);
  });

  const subset = (min: number, max: number) =>
    fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 });
  const open = (values: fc.Arbitrary<number[]>) => fc.option(values, { freq: 2 });
  const range = (min: number, max: number): readonly number[] =>
    Array.from({ length: max - min + 1 }, (_, index) => min + index);
  // Hours around the changes, where mistakes would be.
  const patterns: fc.Arbitrary<Pattern> = fc.record({
    minutes: subset(0, 59),
    hours: fc.oneof(fc.constant(range(0, 23)), fc.constant(range(0, 3)), subset(0, 23)),
    days: open(subset(1, 31)),
    months: fc.oneof(
      { weight: 4, arbitrary: fc.constant(range(1, 12)) },
      { weight: 1, arbitrary: subset(1, 12) },
    ),
    weekdays: open(subset(0, 6)),
  });
  for (const [zone, changes] of [
    ["America/New_York", ["2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"]],
    ["Europe/Berlin", ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"]],
    ["Australia/Lord_Howe", ["2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"]],
    ["Asia/Kolkata", ["2026-06-01T00:00:00Z"]],
    ["Pacific/Apia", ["2011-12-30T10:00:00Z", "2012-03-31T14:00:00Z"]],
    // Clocks went from midnight to one o'clock.
    ["America/Sao_Paulo", ["2018-11-04T03:00:00Z"]],
    // Daylight saving pauses for a month.
    ["Africa/Casablanca", ["2022-03-27T02:00:00Z", "2022-05-08T02:00:00Z"]],
  ] as const) {
    it(`agrees with a look at the wall every minute in ${zone}`, () => {
      fc.assert(
        fc.property(
          patterns,
          fc.constantFrom(...changes),
          fc.integer({ min: -36 * HOUR_MS, max: 4 * HOUR_MS }),
          (pattern, change, distanceMs) => {
            const cron = parseCron(expressionOf(pattern, zone));
            const from = Date.parse(change) + distanceMs;
            const to = from + 60 * HOUR_MS;
            const found: number[] = [];
            for (let at = cron.next(from); at !== null && at <= to; at = cron.next(at)) found.push(at);
            assert.deepEqual(found, scanMinutes(pattern, zone, from, to));
          },
        ),
        { numRuns: 15 },
      );
    });
  }
});

describe("parseCron()", () => {
  for (const [source, words] of [
    ["", /it has 0 fields and not five/],
    ["0 0 * *", /it has 4 fields/],
    ["0 0 0 * * *", /it has 6 fields.*seconds/],
    ["@daily", /descriptors/],
    ["@every 5m", /descriptors/],
    ["TZ=Europe/Berlin @daily", /descriptors/],
    ["60 * * * *", /minute "60" is not between 0 and 59/],
    ["* 24 * * *", /hour "24"/],
    ["* * 0 * *", /day of month "0" is not between 1 and 31/],
    ["* * 32 * *", /day of month "32"/],
    ["* * * 13 *", /month "13"/],
    ["* * * * 7", /weekday "7" is not between 0 and 6.*SUN for Sunday/],
    ["* * * * funday", /"funday" is no weekday/],
    ["* jan * * *", /"jan" is no hour/],
    ["*/0 * * * *", /step of "\*\/0" in its minute is 0/],
    ["*/-1 * * * *", /"\*\/-1" is no minute/],
    ["30-10 * * * *", /"30-10" of its minute runs backwards/],
    ["1,,2 * * * *", /"" is no minute/],
    ["1.5 * * * *", /"1\.5" is no minute/],
    ["+5 * * * *", /"\+5" is no minute/],
    ["*-5 * * * *", /"\*-5" is no minute/],
    ["0 0 L * *", /"L" is no day of month/],
    ["0 0 * * 1#2", /"1#2" is no weekday/],
    ["0 0 15W * *", /"15W" is no day of month/],
    ["٣ * * * *", /is no minute/],
    ["TZ=Mars/Olympus 0 0 * * *", /"Mars\/Olympus" is no time zone/],
    ["TZ= 0 0 * * *", /"" is no time zone/],
    ["TZ=Local 0 0 * * *", /"Local" is no time zone/],
    ["TZ=+01:00 0 0 * * *", /is no time zone/],
    ["TZ=../../etc/passwd 0 0 * * *", /is no time zone/],
    ["TZ=Europe/Berlin", /it has 0 fields/],
    ["tz=Europe/Berlin 0 0 * * *", /it has 6 fields/],
    [`${"0,".repeat(127)}0 0 * * *`, /longer than 255 characters/],
  ] as const) {
    it(`refuses ${JSON.stringify(source.slice(0, 40))} and says why`, () => {
      const said = fault(source);
      assert.match(said, words);
      assert.ok(said.length < 400);
    });
  }

  it("accepts 255 characters", () => {
    const source = `${"0,".repeat(123)}0 0 * * *`;
    assert.equal(source.length, 255);
    assert.equal(parseCron(source).source, source);
  });

  it("ends quickly with an expression or with cron_invalid, whatever the text", () => {
    const pieces = fc.constantFrom(
      ...Array.from("*/-,?0123456789 LW#@=\n\0é"),
      "TZ=",
      "CRON_TZ=",
      "UTC ",
      " * *",
      "mon",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 80 }), (texts) => {
        try {
          parseCron(texts.join("")).next(Date.UTC(2026, 0, 1));
        } catch (error) {
          assert.ok(isHoldfastError(error, "cron_invalid"), String(error));
        }
      }),
    );
    const startedAt = performance.now();
    for (const text of ["*".repeat(1e6), "1-".repeat(127), "a".repeat(255), `${" ".repeat(246)}* * * * *`]) {
      try {
        parseCron(text);
      } catch (error) {
        assert.ok(isHoldfastError(error, "cron_invalid"));
      }
    }
    assert.ok(performance.now() - startedAt < 1000);
  });
});
