import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { completedRuns, functionRuns, gapsOf, startsOf } from "../kit/function-runs.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";

const HOUR_MS = 3_600_000;
/** What happens at once takes no longer than this on the machine's own clock. */
const AT_ONCE_MS = HOUR_MS / 4;

describe("throttle", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });
  const advance = (ms: number): Promise<unknown> => clientOf(stage.server).advanceClock(ms);

  it("14.2 without burst one run starts every period / limit: of limit 2 in 2 hours, one an hour", async () => {
    await using app = await stage.app([
      { id: "even", options: { throttle: { limit: 2, period: "2h" } }, handler: () => null },
    ]);
    for (let sent = 0; sent < 4; sent += 1) await stage.send("even");
    await completedRuns(app, "even", 1);
    for (let hour = 1; hour < 4; hour += 1) {
      await advance(HOUR_MS);
      await completedRuns(app, "even", hour + 1);
    }
    const gaps = gapsOf(await functionRuns(app, "even"));
    assert.equal(gaps.length, 3);
    assert.ok(
      gaps.every((gap) => gap >= HOUR_MS),
      gaps.join(" "),
    );
  });

  it("14.2 burst + 1 runs start at once, then one every period / limit", async () => {
    await using app = await stage.app([
      { id: "burst", options: { throttle: { limit: 2, period: "2h", burst: 2 } }, handler: () => null },
    ]);
    for (let sent = 0; sent < 5; sent += 1) await stage.send("burst");
    await completedRuns(app, "burst", 3);
    await advance(HOUR_MS);
    await completedRuns(app, "burst", 4);
    await advance(HOUR_MS);
    const starts = startsOf(await completedRuns(app, "burst", 5));
    const [first = 0, , third = 0, fourth = 0, fifth = 0] = starts;
    assert.ok(third - first < AT_ONCE_MS, starts.join(" "));
    // The interval is counted from the first start: the burst spends what lies ahead.
    assert.ok(fourth - first >= HOUR_MS && fifth - first >= 2 * HOUR_MS, starts.join(" "));
    assert.ok(fourth - third > AT_ONCE_MS && fifth - fourth > AT_ONCE_MS, starts.join(" "));
  });

  it("14.2 a throttle of limit alone in its period takes one start in it", async () => {
    await using app = await stage.app([
      { id: "single", options: { throttle: { limit: 1, period: "1h" } }, handler: () => null },
    ]);
    await stage.send("single");
    await stage.send("single");
    await completedRuns(app, "single", 1);
    await advance(HOUR_MS);
    const [gap = 0] = gapsOf(await completedRuns(app, "single", 2));
    assert.ok(gap >= HOUR_MS, String(gap));
  });

  it("14.2 only starts of runs are counted, not their steps and retries", async () => {
    let failures = 0;
    await using app = await stage.app([
      {
        id: "steps",
        options: { throttle: { limit: 1, period: "1h" }, retries: 2 },
        handler: async ({ step }) => {
          const done = await Promise.all([step.run("left", () => 1), step.run("right", () => 2)]);
          await step.run("flaky", () => {
            failures += 1;
            if (failures < 3) throw new Error("not yet");
          });
          return done;
        },
      },
    ]);
    const run = await stage.run("steps");
    assert.deepEqual([run.status, run.output, failures], ["Completed", [1, 2], 3]);
    assert.ok(app.calls("steps").length > 3);
  });

  it("14.2 runs over it stay queued, and start in their order", async () => {
    const order: unknown[] = [];
    await using app = await stage.app([
      {
        id: "order",
        options: { throttle: { limit: 1, period: "1h" } },
        handler: ({ event }) => void order.push(event.data["n"]),
      },
    ]);
    for (let n = 0; n < 4; n += 1) await stage.send("order", { n });
    await completedRuns(app, "order", 1);
    const waiting = (await functionRuns(app, "order")).filter(({ startedAt }) => startedAt === undefined);
    assert.deepEqual(
      waiting.map(({ status }) => status),
      ["QUEUED", "QUEUED", "QUEUED"],
    );
    for (let started = 2; started <= 4; started += 1) {
      await advance(HOUR_MS);
      await completedRuns(app, "order", started);
    }
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  it("14.2 each value of the key has a throttle of its own, and so has each function", async () => {
    const options = { throttle: { limit: 1, period: "1h", key: "event.data.customer" } };
    const triggers = [{ event: "throttled/both" }];
    await using app = await stage.app([
      { id: "keyed", triggers, options, handler: () => null },
      { id: "keyed-too", triggers, options, handler: () => null },
    ]);
    const client = clientOf(stage.server);
    for (const customer of ["a", "a", "b"]) await client.send({ name: "throttled/both", data: { customer } });
    for (const functionId of ["keyed", "keyed-too"]) {
      const [first, second] = await completedRuns(app, functionId, 2);
      const [a1, a2, b] = await functionRuns(app, functionId);
      assert.deepEqual([first?.id, second?.id], [a1?.id, b?.id]);
      assert.equal(a2?.startedAt, undefined);
    }
    await advance(HOUR_MS);
    for (const functionId of ["keyed", "keyed-too"]) await completedRuns(app, functionId, 3);
  });
});
