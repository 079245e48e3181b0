import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { completedRuns, functionRuns, runsThat } from "../kit/function-runs.ts";
import { createGauge } from "../kit/gauge.ts";
import { clientOf } from "../kit/run-of.ts";
import { sdkV4 } from "../kit/sdk-v4.ts";
import { sharedStage } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";
import { until } from "../kit/until.ts";

const HOUR_MS = 3_600_000;

describe("pause", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });
  let witness: TestApp;
  before(async () => {
    witness = await stage.app([{ id: "witness", handler: () => "the server goes on" }]);
  });
  after(() => witness.close());

  it("14.10 a new event of a paused function makes a skipped run, and is not made good later", async () => {
    await using app = await stage.app([{ id: "paused", handler: () => "done" }]);
    const client = clientOf(stage.server);
    await client.pauseFunction(app.id, "paused");
    const skipped = await stage.send("paused");
    const [run] = await runsThat(app, "paused", 1, () => true);
    assert.deepEqual([run?.isSkipped, run?.reason], [true, "FunctionPaused"]);
    assert.deepEqual(run?.trigger.eventIds, [skipped]);
    await client.resumeFunction(app.id, "paused");
    assert.equal((await stage.run("paused")).output, "done");
    assert.equal(app.calls("paused").length, 1);
    assert.equal((await functionRuns(app, "paused"))[0]?.isSkipped, true);
  });

  it("14.10 calls of a running run are held while its function is paused, and go on without losing attempts", async () => {
    const attempts: number[] = [];
    await using app = await stage.app([
      {
        id: "held",
        options: { retries: 1 },
        handler: async ({ attempt, step }) => {
          await step.sleep("nap", "1h");
          attempts.push(attempt);
          return "done";
        },
      },
    ]);
    const client = clientOf(stage.server);
    const event = await stage.send("held");
    await until("the run sleeps", () => app.calls("held")[0]?.status === 206);
    await client.pauseFunction(app.id, "held");
    for (let hour = 0; hour < 3; hour += 1) {
      await client.advanceClock(HOUR_MS);
      await stage.run("witness");
    }
    assert.equal(app.calls("held").length, 1);
    await client.resumeFunction(app.id, "held");
    const run = await stage.end(event);
    assert.deepEqual([run.status, run.output, attempts], ["Completed", "done", [0]]);
  });

  it("14.10 a call under way finishes while its function is paused", async () => {
    const gauge = createGauge();
    await using app = await stage.app([{ id: "under-way", handler: () => gauge.hold() }]);
    const event = await stage.send("under-way");
    await until("the call is under way", () => gauge.inside === 1);
    await clientOf(stage.server).pauseFunction(app.id, "under-way");
    gauge.open();
    assert.equal((await stage.end(event)).status, "Completed");
    await clientOf(stage.server).resumeFunction(app.id, "under-way");
  });

  it("14.10 a retry that comes due while its function is paused waits, and is the next attempt", async () => {
    const gauge = createGauge();
    const attempts: number[] = [];
    await using app = await stage.app([
      {
        id: "retried",
        options: { retries: 1 },
        handler: async ({ attempt }) => {
          attempts.push(attempt);
          if (attempt > 0) return "done";
          await gauge.hold();
          throw new Error("not yet");
        },
      },
    ]);
    const client = clientOf(stage.server);
    const event = await stage.send("retried");
    await until("the call is under way", () => gauge.inside === 1);
    await client.pauseFunction(app.id, "retried");
    gauge.open();
    await until("the call failed", () => app.calls("retried")[0]?.status === 500);
    await client.advanceClock(HOUR_MS);
    await stage.run("witness");
    assert.deepEqual(attempts, [0]);
    await client.resumeFunction(app.id, "retried");
    assert.equal((await stage.end(event)).output, "done");
    assert.deepEqual(attempts, [0, 1]);
  });

  it("14.10 whoever invokes a paused function gets no answer until its own timeout", async () => {
    await using app = await stage.app([
      { id: "mute", handler: () => "said" },
      {
        id: "asking",
        handler: async ({ step }) =>
          step
            .invoke("ask", { function: sdkV4.referenceFunction({ functionId: "mute" }), timeout: "1h" })
            .catch((error: unknown) => String(error)),
      },
    ]);
    const client = clientOf(stage.server);
    await client.pauseFunction(app.id, "mute");
    const event = await stage.send("asking");
    await runsThat(app, "mute", 1, ({ isSkipped }) => isSkipped === true);
    await client.resumeFunction(app.id, "mute");
    await stage.run("witness");
    assert.equal((await functionRuns(app, "asking"))[0]?.status, "RUNNING");
    await client.advanceClock(HOUR_MS);
    const run = await stage.end(event);
    assert.match(String(run.output), /Timed out waiting for invoked function to complete/);
    assert.deepEqual(await completedRuns(app, "mute", 0), []);
  });
});
