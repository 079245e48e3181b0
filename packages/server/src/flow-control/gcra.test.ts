import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Rate, Tat } from "./gcra.ts";
import { gcra } from "./gcra.ts";

const NOW = 1_790_000_000_000;

/** The instants of `count` arrivals, each at the first that is allowed, relative to the first. */
function instants(rate: Rate, count: number): readonly number[] {
  let tat: Tat | null = null;
  let now = NOW;
  const at: number[] = [];
  while (at.length < count) {
    const decision = gcra(tat, now, rate);
    if (decision.isAllowed) {
      tat = decision.tat;
      at.push(now - NOW);
    } else now = decision.allowedAt;
  }
  return at;
}

test("gcra() allows one arrival per interval without a burst (14.2)", () => {
  assert.deepEqual(instants({ limit: 2, periodMs: 5000, burst: 0 }, 4), [0, 2500, 5000, 7500]);
});

test("gcra() allows burst + 1 arrivals at once, then one per interval (14.2)", () => {
  assert.deepEqual(instants({ limit: 1, periodMs: 1000, burst: 2 }, 5), [0, 0, 0, 1000, 2000]);
});

test("gcra() spaces two in a minute by thirty seconds, and lets two of ten at once (14.3)", () => {
  assert.deepEqual(instants({ limit: 2, periodMs: 60_000, burst: 0 }, 2), [0, 30_000]);
  assert.deepEqual(instants({ limit: 10, periodMs: 60_000, burst: 1 }, 3), [0, 0, 6000]);
});

test("gcra() fills up again in a rest, to the burst and no further", () => {
  const rate = { limit: 1, periodMs: 1000, burst: 1 };
  const used: Tat = { atMs: NOW + 2000, part: 0 };
  assert.deepEqual(gcra(used, NOW + 999, rate), { isAllowed: false, allowedAt: NOW + 1000 });
  const later = NOW + 60_000;
  assert.deepEqual(gcra(used, later, rate), gcra(null, later, rate));
});

test("gcra() never closes for longer than a spent burst, whatever the bucket says", () => {
  const rate = { limit: 3, periodMs: 1000, burst: 2 };
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e12 }), fc.integer({ min: 0, max: 5 }), (byMs, part) => {
      const decision = gcra({ atMs: NOW + byMs, part }, NOW, rate);
      if (!decision.isAllowed) assert.ok(decision.allowedAt - NOW <= 334);
    }),
  );
});

test("gcra() puts arrival n at the first millisecond after n intervals, for any limit and period", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 604_800_000 }),
      fc.integer({ min: 0, max: 50 }),
      (limit, periodMs, burst) => {
        const expected = Array.from({ length: burst + 40 }, (_, index) =>
          Math.ceil((Math.max(0, index - burst) * periodMs) / limit),
        );
        assert.deepEqual(instants({ limit, periodMs, burst }, burst + 40), expected);
      },
    ),
  );
});
