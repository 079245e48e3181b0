import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { CATCH_UP_MAX, missedTicks, parseCron } from "#schedules";

const at = (time: string): number => Date.parse(`2026-01-01T${time}Z`);
const HOUR_MS = 3_600_000;

describe("missedTicks()", () => {
  const quarterly = parseCron("*/15 * * * *");

  it("replays nothing by default and goes on with the first instant after now", () => {
    assert.deepEqual(missedTicks(quarterly, at("00:00:00"), at("05:07:00"), 0), {
      run: [],
      next: at("05:15:00"),
    });
  });

  it("runs an instant that is due no longer than a minute: the server was merely late", () => {
    for (const now of ["01:15:00", "01:15:01", "01:16:00"]) {
      assert.deepEqual(missedTicks(quarterly, at("00:00:00"), at(now), 0), {
        run: [at("01:15:00")],
        next: at("01:30:00"),
      });
    }
    assert.deepEqual(missedTicks(quarterly, at("00:00:00"), at("01:16:00.001"), 0).run, []);
  });

  it("never gives an instant that was scheduled already", () => {
    assert.deepEqual(missedTicks(quarterly, at("01:15:00"), at("01:15:30"), 10), {
      run: [],
      next: at("01:30:00"),
    });
    // Clocks went back.
    assert.deepEqual(missedTicks(quarterly, at("03:00:00"), at("01:00:00"), 10), {
      run: [],
      next: at("03:15:00"),
    });
  });

  it("catches up on the latest missed instants, oldest first, when it is allowed to", () => {
    assert.deepEqual(missedTicks(quarterly, at("00:00:00"), at("02:50:00"), 2).run, [
      at("02:30:00"),
      at("02:45:00"),
    ]);
    assert.deepEqual(missedTicks(quarterly, at("00:00:00"), at("00:50:00"), 100).run, [
      at("00:15:00"),
      at("00:30:00"),
      at("00:45:00"),
    ]);
    // What is merely late does not count.
    assert.deepEqual(missedTicks(quarterly, at("00:00:00"), at("02:45:30"), 1).run, [
      at("02:30:00"),
      at("02:45:00"),
    ]);
  });

  it("finds the latest instants of years, dense or far apart, in bounded time", () => {
    const startedAt = performance.now();
    const now = Date.UTC(2030, 5, 1);
    const dense = missedTicks(parseCron("* * * * *"), Date.UTC(2026, 0, 1), now, Infinity);
    // The instant of now and that of a minute ago are late and not missed.
    assert.equal(dense.run.length, CATCH_UP_MAX + 2);
    assert.equal(dense.run.at(-1), now);
    const sparse = missedTicks(parseCron("* 0 1 1 *"), Date.UTC(2020, 0, 1), now, 3);
    assert.deepEqual(
      sparse.run.map((instant) => new Date(instant).toISOString().slice(0, 16)),
      ["2030-01-01T00:57", "2030-01-01T00:58", "2030-01-01T00:59"],
    );
    assert.ok(performance.now() - startedAt < 5000);
  });

  it("has no next for an expression that never occurs", () => {
    assert.deepEqual(missedTicks(parseCron("0 0 31 2 *"), 0, at("00:00:00"), 5), { run: [], next: null });
  });

  it("agrees with walking through every instant", () => {
    const zones = fc.constantFrom("UTC", "America/New_York", "Australia/Lord_Howe");
    const fields = fc.constantFrom("*/7 * * * *", "30 1 * * *", "0,1 2 * * SUN", "* 1 * * *", "15 */5 1 * *");
    fc.assert(
      fc.property(
        zones,
        fields,
        fc.integer({ min: 0, max: 40 * 24 * HOUR_MS }),
        fc.integer({ min: 0, max: 90_000 }),
        fc.integer({ min: 0, max: 30 }),
        (zone, text, downMs, lateMs, catchUpMax) => {
          const cron = parseCron(`TZ=${zone} ${text}`);
          const last = cron.next(Date.UTC(2026, 9, 10)) ?? 0;
          // Often just after an occurrence, where the difference between late and missed is.
          const now = (cron.next(last + downMs) ?? 0) + lateMs;
          const all: number[] = [];
          for (let next = cron.next(last); next !== null && next <= now; next = cron.next(next))
            all.push(next);
          const missed = all.filter((instant) => instant < now - 60_000);
          const late = all.slice(missed.length);
          assert.deepEqual(missedTicks(cron, last, now, catchUpMax), {
            run: [...missed.slice(missed.length - Math.min(missed.length, catchUpMax)), ...late],
            next: cron.next(now),
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
