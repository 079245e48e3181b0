import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RunId } from "@holdfast/protocol";
import { completedRuns, functionRuns, runsThat } from "../kit/function-runs.ts";
import { createGauge } from "../kit/gauge.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";
import { until } from "../kit/until.ts";

const MINUTE_MS = 60_000;

describe("timeouts", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });
  const advance = (minutes: number): Promise<unknown> =>
    clientOf(stage.server).advanceClock(minutes * MINUTE_MS);
  /** What was said about the end of runs: names of events with the run's status in them. */
  const endings = new Map<unknown, string[]>();
  let witness: TestApp;
  before(async () => {
    witness = await stage.app([
      { id: "witness", handler: () => "the server goes on" },
      {
        id: "listener",
        triggers: [{ event: "inngest/function.finished" }, { event: "inngest/function.cancelled" }],
        handler: ({ event }) => {
          const { _inngest: inner, run_id: run } = event.data as {
            readonly _inngest: { readonly status: string };
            readonly run_id: RunId;
          };
          endings.set(run, [...(endings.get(run) ?? []), `${event.name} ${inner.status}`]);
        },
      },
    ]);
  });
  after(() => witness.close());

  async function saysCancelled(run: RunId | undefined): Promise<void> {
    await until("both events were emitted", () => endings.get(run)?.length === 2);
    assert.deepEqual(endings.get(run)?.toSorted(), [
      "inngest/function.cancelled Cancelled",
      "inngest/function.finished Cancelled",
    ]);
  }

  it("14.9 start: a run whose first call does not begin in time is cancelled, and emits cancelled and finished", async () => {
    const gauge = createGauge();
    await using app = await stage.app([
      {
        id: "start",
        options: { concurrency: 1, timeouts: { start: "1h" } },
        handler: ({ event }) => gauge.hold(String(event.data["n"])),
      },
    ]);
    await stage.send("start", { n: 1 });
    await until("the first run goes on", () => gauge.inside === 1);
    await stage.send("start", { n: 2 });
    await advance(50);
    await stage.run("witness");
    assert.deepEqual(
      (await functionRuns(app, "start")).map(({ status }) => status === "CANCELLED"),
      [false, false],
    );
    await advance(10);
    const [cancelled] = await runsThat(app, "start", 1, ({ status }) => status === "CANCELLED");
    gauge.open();
    const [completed] = await completedRuns(app, "start", 1);
    const [first, second] = await functionRuns(app, "start");
    assert.deepEqual([completed?.id, cancelled?.id], [first?.id, second?.id]);
    assert.deepEqual(gauge.entered, ["1"]);
    assert.ok(Date.parse(second?.endedAt ?? "") - Date.parse(second?.queuedAt ?? "") >= 60 * MINUTE_MS);
    await saysCancelled(cancelled?.id);
  });

  it("14.9 start: once the first call began, it cancels nothing", async () => {
    await using app = await stage.app([
      {
        id: "begun",
        options: { timeouts: { start: "1h" } },
        handler: async ({ step }) => {
          await step.sleep("nap", "2h");
          return "done";
        },
      },
    ]);
    const event = await stage.send("begun");
    await until("the run sleeps", () => app.calls("begun")[0]?.status === 206);
    await advance(90);
    await advance(30);
    assert.equal((await stage.end(event)).output, "done");
  });

  it("14.9 finish: a run that is not over in time is cancelled, and emits cancelled and finished", async () => {
    await using app = await stage.app([
      {
        id: "finish",
        options: { timeouts: { finish: "1h" } },
        handler: async ({ step }) => {
          await step.sleep("nap", "2h");
          return "done";
        },
      },
    ]);
    const event = await stage.send("finish");
    await until("the run sleeps", () => app.calls("finish")[0]?.status === 206);
    await advance(50);
    await stage.run("witness");
    assert.equal((await functionRuns(app, "finish"))[0]?.status, "RUNNING");
    await advance(10);
    const run = await stage.end(event);
    assert.equal(run.status, "Cancelled");
    await saysCancelled(run.run_id);
    await advance(60);
    await stage.run("witness");
    assert.equal(app.calls("finish").length, 1);
  });

  it("14.9 finish: it is counted from the first call, not from the queue", async () => {
    const gauge = createGauge();
    await using app = await stage.app([
      {
        id: "counted",
        options: { concurrency: 1, timeouts: { finish: "1h" } },
        handler: ({ event }) => (event.data["n"] === 1 ? gauge.hold() : "done"),
      },
    ]);
    await stage.send("counted", { n: 1 });
    await until("the first run goes on", () => gauge.inside === 1);
    const second = await stage.send("counted", { n: 2 });
    await advance(50);
    await advance(50);
    await runsThat(app, "counted", 1, ({ status }) => status === "CANCELLED");
    gauge.open();
    assert.equal((await stage.end(second)).output, "done");
  });

  it("14.9 finish: a call under way is not killed, but what it returns is ignored", async () => {
    const gauge = createGauge();
    let left = false;
    await using app = await stage.app([
      {
        id: "in-flight",
        options: { timeouts: { finish: "1h" } },
        handler: async () => {
          await gauge.hold();
          left = true;
          return "too late";
        },
      },
    ]);
    const event = await stage.send("in-flight");
    await until("the call is under way", () => gauge.inside === 1);
    await advance(60);
    assert.equal((await stage.end(event)).status, "Cancelled");
    assert.equal(left, false);
    gauge.open();
    await until("the call was answered", () => app.calls("in-flight")[0]?.status !== 0);
    await stage.run("witness");
    const run = await stage.end(event);
    assert.deepEqual([left, run.status, run.output], [true, "Cancelled", undefined]);
  });

  it("14.9 a timeout that passed while nobody looked comes before a call that was due before it", async () => {
    await using app = await stage.app([
      {
        id: "both-due",
        options: { timeouts: { finish: "1h" } },
        handler: async ({ step }) => {
          await step.sleep("nap", "59m");
          return "done";
        },
      },
    ]);
    const event = await stage.send("both-due");
    await until("the run sleeps", () => app.calls("both-due")[0]?.status === 206);
    await advance(120);
    assert.equal((await stage.end(event)).status, "Cancelled");
    await stage.run("witness");
    assert.equal(app.calls("both-due").length, 1);
  });
});
