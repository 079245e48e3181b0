import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "#kernel";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { Deadlines } from "./deadlines.ts";
import type { Expiring } from "./deadlines.ts";

/** A clock whose timers are counted, and deadlines that note who expired when. */
function setUp() {
  const manual = manualClock(1000);
  let timerCount = 0;
  let pendingCount = 0;
  const clock: Clock = {
    ...manual,
    after(delayMs, callback) {
      timerCount++;
      pendingCount++;
      const timer = manual.after(delayMs, () => {
        pendingCount--;
        callback();
      });
      return {
        cancel() {
          pendingCount--;
          timer.cancel();
        },
      };
    },
  };
  const deadlines = new Deadlines(clock);
  const expired: string[] = [];
  const entry = (name: string, expiresAt: number): Expiring => {
    const one = { expiresAt, expire: () => void expired.push(`${name} at ${clock.monotonic()}`) };
    deadlines.add(one);
    return one;
  };
  return {
    deadlines,
    entry,
    expired,
    advance: manual.advance,
    timers: () => timerCount,
    pending: () => pendingCount,
  };
}

test("Deadlines expires each entry at its instant, in whatever order they were added", async () => {
  const { entry, expired, advance } = setUp();
  entry("late", 1300);
  entry("early", 1100);
  entry("middle", 1200);
  await advance(1000);
  assert.deepEqual(expired, ["early at 1100", "middle at 1200", "late at 1300"]);
});

test("Deadlines does not expire what was removed, and expires nothing twice", async () => {
  const { deadlines, entry, expired, advance } = setUp();
  const gone = entry("gone", 1100);
  entry("kept", 1100);
  deadlines.remove(gone);
  await advance(5000);
  assert.deepEqual(expired, ["kept at 1100"]);
});

test("Deadlines follows an entry whose instant was moved later", async () => {
  const { entry, expired, advance } = setUp();
  const moved = entry("moved", 1100);
  moved.expiresAt = 1700;
  await advance(650);
  assert.deepEqual(expired, []);
  await advance(1000);
  assert.deepEqual(expired, ["moved at 1700"]);
});

test("Deadlines stands on one timer, however many entries there are", async () => {
  const { deadlines, entry, advance, timers, pending } = setUp();
  for (let index = 0; index < 100; index++)
    deadlines.remove(entry(String(index), 2000 + Math.floor(index / 2)));
  assert.equal(timers(), 1);
  assert.equal(pending(), 1);
  await advance(5000);
  assert.equal(pending(), 0);
});

test("Deadlines expires an entry that was added while others expired", async () => {
  const { deadlines, expired, entry, advance } = setUp();
  deadlines.add({ expiresAt: 1100, expire: () => void entry("next", 1150) });
  entry("other", 1400);
  await advance(1000);
  assert.deepEqual(expired, ["next at 1150", "other at 1400"]);
});

test("Deadlines.close() forgets the timer and everything under way", async () => {
  const { deadlines, entry, expired, advance, pending } = setUp();
  entry("a", 1100);
  deadlines.close();
  assert.equal(pending(), 0);
  await advance(1000);
  assert.deepEqual(expired, []);
  entry("b", 2100);
  await advance(1000);
  assert.deepEqual(expired, ["b at 2100"]);
});
