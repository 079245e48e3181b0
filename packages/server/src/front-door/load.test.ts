import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { isShed, measureDelay } from "./load.ts";

test("what is shed is what passes its mark, and not what reaches it", () => {
  const at = (kind: "event" | "other", delayMs: number, usedBytes: number) =>
    isShed(kind, { delayMs, usedBytes, maxBytes: 1000, spareBytes: null });
  assert.deepEqual([at("event", 1000, 0), at("event", 1001, 0)], [false, true]);
  assert.deepEqual([at("other", 500, 0), at("other", 501, 0)], [false, true]);
  assert.deepEqual([at("event", 0, 920), at("event", 0, 921)], [false, true]);
  assert.deepEqual([at("other", 0, 880), at("other", 0, 881)], [false, true]);
});

/** A histogram whose mean the test sets, and what was done with it. */
function histogramOf() {
  const said: string[] = [];
  const histogram = {
    mean: Number.NaN,
    enable: () => said.push("enable") > 0,
    disable: () => said.push("disable") > 0,
    reset: () => void said.push("reset"),
  };
  return { histogram, said };
}

test("measureDelay() tells how late the loop was in two spans of a quarter of a second or more, beyond its own pauses", async () => {
  const clock = manualClock(0);
  const { histogram, said } = histogramOf();
  const { delayMs, stop } = measureDelay(clock, histogram);
  assert.deepEqual(said, ["enable"]);
  histogram.mean = 70e6;
  await clock.advance(250);
  delayMs();
  await clock.advance(249);
  assert.equal(delayMs(), 0, "too early");
  await clock.advance(1);
  assert.equal(delayMs(), 50);
  assert.deepEqual(said, ["enable", "reset", "reset"]);
  histogram.mean = 220e6;
  await clock.advance(100);
  assert.equal(delayMs(), 50, "what was told last stands for a while");
  await clock.advance(150);
  delayMs();
  await clock.advance(250);
  assert.equal(delayMs(), 200);
  histogram.mean = 19e6;
  await clock.advance(250);
  assert.equal(delayMs(), 0, "nothing is early");
  histogram.mean = Number.NaN;
  await clock.advance(250);
  assert.equal(delayMs(), 0, "nothing was looked at");
  stop();
  assert.equal(said.at(-1), "disable");
});

test("a loop that stood still once is not told as late, and one that stays late is", async () => {
  const clock = manualClock(0);
  const { histogram } = histogramOf();
  const { delayMs, stop } = measureDelay(clock, histogram);
  const told: number[] = [];
  for (const meanMs of [20, 1520, 20, 1520, 1220]) {
    histogram.mean = meanMs * 1e6;
    await clock.advance(250);
    told.push(delayMs());
  }
  assert.deepEqual(told, [0, 0, 0, 0, 1200]);
  stop();
});

test("measureDelay() looks at the real loop", async () => {
  const clock = manualClock(0);
  const { delayMs, stop } = measureDelay(clock);
  const told: number[] = [];
  for (let span = 0; span < 2; span++) {
    // The histogram needs two of its looks, and this thread is busy between them.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const until = performance.now() + 200;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await clock.advance(250);
    told.push(delayMs());
  }
  assert.ok((told[1] ?? 0) > 0, told.join(", "));
  stop();
});
