import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { completedRuns, functionRuns } from "../kit/function-runs.ts";
import { createGauge } from "../kit/gauge.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";
import { until } from "../kit/until.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

describe("idempotency", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });
  const advance = (minutes: number): Promise<unknown> =>
    clientOf(stage.server).advanceClock(minutes * MINUTE_MS);
  let witness: TestApp;
  before(async () => {
    witness = await stage.app([{ id: "witness", handler: () => "the server goes on" }]);
  });
  after(() => witness.close());

  it("14.7 one run starts in 24 hours for each value of the key", async () => {
    await using app = await stage.app([
      { id: "by-order", options: { idempotency: "event.data.order" }, handler: () => null },
    ]);
    await stage.send("by-order", { order: 1 });
    await stage.send("by-order", { order: 2 });
    await stage.send("by-order", { order: 1 });
    await advance(DAY_MINUTES - 10);
    await stage.send("by-order", { order: 1 });
    await completedRuns(app, "by-order", 2);
    await stage.run("witness");
    assert.equal((await functionRuns(app, "by-order")).length, 2);
    await advance(10);
    const again = await stage.send("by-order", { order: 1 });
    const runs = await completedRuns(app, "by-order", 3);
    assert.deepEqual(runs.at(-1)?.trigger.eventIds, [again]);
  });

  it("14.7 it replaces the rate limit of the function", async () => {
    await using app = await stage.app([
      {
        id: "replaced",
        options: { idempotency: "event.data.order", rateLimit: { limit: 1, period: "24h" } },
        handler: () => null,
      },
    ]);
    for (const order of [1, 2, 3, 3]) await stage.send("replaced", { order });
    await completedRuns(app, "replaced", 3);
    await stage.run("witness");
    assert.equal((await functionRuns(app, "replaced")).length, 3);
  });

  it("14.7 a second run does not start whether the first goes on, completed, failed, or was cancelled", async () => {
    const gauge = createGauge();
    await using app = await stage.app([
      {
        id: "whatever",
        options: { idempotency: "event.data.key", retries: 0 },
        handler: async ({ event, step }) => {
          switch (event.data["key"]) {
            case "goes on":
              await gauge.hold();
              return null;
            case "fails":
              throw new Error("no");
            case "sleeps":
              await step.sleep("nap", "30d");
              return null;
            default:
              return null;
          }
        },
      },
    ]);
    const client = clientOf(stage.server);
    await stage.send("whatever", { key: "goes on" });
    await until("the first run goes on", () => gauge.inside === 1);
    assert.equal((await stage.run("whatever", { key: "completes" })).status, "Completed");
    assert.equal((await stage.run("whatever", { key: "fails" })).status, "Failed");
    const [sleeping] = await client.eventRuns(await stage.send("whatever", { key: "sleeps" }));
    assert.ok(sleeping !== undefined);
    await client.cancel(sleeping.run_id);
    for (const key of ["goes on", "completes", "fails", "sleeps"]) {
      assert.deepEqual(await client.eventRuns(await stage.send("whatever", { key })), [], key);
    }
    await stage.run("witness");
    assert.equal((await functionRuns(app, "whatever")).length, 4);
    gauge.open();
  });

  it("14.7 the key goes before the id of an event", async () => {
    await using app = await stage.app([
      { id: "before-id", options: { idempotency: "event.data.order" }, handler: () => null },
    ]);
    await stage.send("before-id", { order: 1 }, { id: "same" });
    await stage.send("before-id", { order: 2 }, { id: "same" });
    await stage.send("before-id", { order: 2 }, { id: "other" });
    await completedRuns(app, "before-id", 2);
    await stage.run("witness");
    assert.equal((await functionRuns(app, "before-id")).length, 2);
  });
});
