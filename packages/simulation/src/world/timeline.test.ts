import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createTimeline } from "./timeline.ts";

describe("createTimeline()", () => {
  it("lets things happen in the order of their instants, and of their asking where these are the same", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20 })), async (delays) => {
        const timeline = createTimeline();
        const happened: number[] = [];
        delays.forEach((delayMs, index) => timeline.after(delayMs, () => void happened.push(index)));
        while (await timeline.step());
        const expected = delays
          .map((delayMs, index) => ({ delayMs, index }))
          .toSorted((left, right) => left.delayMs - right.delayMs || left.index - right.index)
          .map(({ index }) => index);
        assert.deepEqual(happened, expected);
        assert.equal(timeline.now, Math.max(0, ...delays));
      }),
      { numRuns: 50 },
    ));

  it("leaves out what was called off, and does not go on to its instant", async () => {
    const timeline = createTimeline();
    timeline.after(5, () => assert.fail("called off")).cancel();
    timeline.after(3, () => undefined);
    assert.equal(timeline.next(), 3);
    while (await timeline.step());
    assert.equal(timeline.now, 3);
  });

  it("lets every promise run before the next thing happens, however deep the chain", async () => {
    const timeline = createTimeline();
    let turns = 0;
    timeline.after(0, () => {
      void (async () => {
        for (; turns < 1000; turns += 1) await Promise.resolve();
      })();
    });
    await timeline.step();
    assert.equal(turns, 1000);
  });
});
