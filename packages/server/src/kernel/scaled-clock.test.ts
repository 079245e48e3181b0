import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { scaledClock } from "./scaled-clock.ts";
import { manualClock } from "./testing/manual-clock.ts";

const START = 1_700_000_000_000;
const DAY_MS = 86_400_000;
/** Instants of 13 digits have no more precision than this once they are scaled. */
const ROUNDING_MS = 0.1;

describe("scaledClock()", () => {
  it("begins at the base's time and goes on at the scaled pace, on both its faces", async () => {
    const base = manualClock(START);
    const clock = scaledClock(base, 60);
    const before = clock.monotonic();
    assert.equal(clock.now(), START);
    await base.advance(1500);
    assert.equal(clock.now(), START + 90_000);
    assert.equal(clock.monotonic() - before, 90_000);
    assert.equal(clock.offsetMs, 88_500);
    assert.equal(clock.scale, 60);
  });

  it("is the base clock at a scale of 1, leaps of its wall clock included", async () => {
    const base = manualClock(START);
    let leapMs = 0;
    const clock = scaledClock({ ...base, now: () => base.now() + leapMs }, 1);
    await base.advance(1234);
    assert.equal(clock.now(), START + 1234);
    leapMs = -500;
    assert.equal(clock.now(), START + 734);
    assert.equal(clock.monotonic(), base.monotonic());
    assert.equal(clock.offsetMs, 0);
  });

  it("fires a timer when its time has passed here, not before", async () => {
    for (const [scale, realMs] of [
      [1, 6000],
      [60, 100],
      [0.5, 12_000],
    ] as const) {
      const base = manualClock(START);
      const clock = scaledClock(base, scale);
      let firedAt = 0;
      clock.after(6000, () => (firedAt = clock.now()));
      await base.advance(realMs - 1);
      assert.equal(firedAt, 0);
      await base.advance(1);
      assert.equal(firedAt, START + 6000);
    }
  });

  it("does not take a base timer that fires early for the time itself", async () => {
    const base = manualClock(START);
    const early = { ...base, after: (ms: number, call: () => void) => base.after(Math.ceil(ms / 2), call) };
    const clock = scaledClock(early, 10);
    let firedAt = 0;
    clock.after(1000, () => (firedAt = clock.now()));
    await base.advance(99);
    assert.equal(firedAt, 0);
    await base.advance(1);
    assert.equal(firedAt, START + 1000);
  });

  it("fires a cancelled timer never, after an advance neither", async () => {
    const base = manualClock(START);
    const clock = scaledClock(base, 10);
    const fired: string[] = [];
    const cancelled = clock.after(100, () => fired.push("cancelled"));
    clock.after(50, () => {
      fired.push("first");
      second.cancel();
    });
    const second = clock.after(60, () => fired.push("second"));
    cancelled.cancel();
    clock.advance(1000);
    await base.advance(1000);
    assert.deepEqual(fired, ["first"]);
  });
});

describe("AdjustableClock.advance()", () => {
  it("moves both faces ahead at once and keeps the pace", async () => {
    const base = manualClock(START);
    const clock = scaledClock(base, 2);
    await base.advance(1000);
    const before = clock.monotonic();
    clock.advance(3 * DAY_MS);
    assert.equal(clock.now(), START + 2000 + 3 * DAY_MS);
    assert.equal(clock.monotonic() - before, 3 * DAY_MS);
    await base.advance(1000);
    assert.equal(clock.now(), START + 4000 + 3 * DAY_MS);
  });

  it("fires what became due in the order of its times, and leaves the rest its time", async () => {
    const base = manualClock(START);
    const clock = scaledClock(base, 10);
    const fired: string[] = [];
    const note = (name: string) => (): void => void fired.push(`${name} ${clock.now() - START}`);
    clock.after(3 * DAY_MS, note("c"));
    clock.after(1000, note("a"));
    clock.after(2 * DAY_MS, note("b"));
    clock.after(3 * DAY_MS + 500, note("d"));
    clock.advance(3 * DAY_MS);
    assert.deepEqual(fired, [], "nothing runs inside the caller's turn");
    await base.advance(0);
    assert.deepEqual(
      fired,
      ["a", "b", "c"].map((name) => `${name} ${3 * DAY_MS}`),
    );
    await base.advance(49);
    assert.equal(fired.length, 3);
    await base.advance(1);
    assert.equal(fired[3], `d ${3 * DAY_MS + 500}`);
  });

  it("fires a timer that sets itself again once, however far the leap", async () => {
    const base = manualClock(START);
    const clock = scaledClock(base, 1);
    let beats = 0;
    const beat = (): void => {
      beats += 1;
      clock.after(1000, beat);
    };
    clock.after(1000, beat);
    clock.advance(365 * DAY_MS);
    await base.advance(0);
    assert.equal(beats, 1);
    await base.advance(1000);
    assert.equal(beats, 2);
  });

  it("keeps every timer to its time and order, whatever happens in between", async () => {
    const acts = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("after" as const), ms: fc.nat(5000) }),
        fc.record({ kind: fc.constant("advance" as const), ms: fc.nat(5000) }),
        fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(100) }),
      ),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 7, 60), acts, async (scale, list) => {
        const base = manualClock(START);
        const clock = scaledClock(base, scale);
        const open = new Map<number, number>();
        let last = clock.monotonic();
        let order: number[] = [];
        for (const [index, { kind, ms }] of list.entries()) {
          order = [];
          if (kind === "advance") clock.advance(ms);
          if (kind === "after") {
            open.set(index, clock.monotonic() + ms);
            clock.after(ms, () => {
              const due = open.get(index) ?? Infinity;
              assert.ok(due <= clock.monotonic() + ROUNDING_MS);
              order.push(due);
              open.delete(index);
            });
          }
          await base.advance(kind === "wait" ? ms : 0);
          assert.deepEqual(
            order,
            order.toSorted((left, right) => left - right),
          );
          assert.ok(clock.monotonic() >= last);
          last = clock.monotonic();
          for (const due of open.values()) assert.ok(due > last - ROUNDING_MS, "a timer is overdue");
        }
      }),
      { numRuns: 50 },
    );
  });

  it("refuses to go back, and a pace that is none", () => {
    const clock = scaledClock(manualClock(START), 1);
    for (const ms of [-1, Number.NaN, Infinity]) assert.throws(() => clock.advance(ms), RangeError);
    assert.equal(clock.now(), START);
    for (const scale of [0, -1, Number.NaN, Infinity]) {
      assert.throws(() => scaledClock(manualClock(START), scale), RangeError);
    }
  });
});
