import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionRun } from "@holdfast/client";
import type { RunId } from "@holdfast/protocol";
import { createGate } from "../kit/gate.ts";
import { clientOf, runsOf } from "../kit/run-of.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer } from "../kit/raw-app.ts";
import type { RawFunction } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";

const DONE = sdkAnswer(200, "done");

describe("9.2: statuses", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  /** A run of the function once it has this status, as REST v2 shows it. */
  async function shown(functionId: string, status: string, fields = {}): Promise<FunctionRun> {
    const client = clientOf(stage.server);
    const event = await stage.send(functionId, {}, fields);
    const [{ run_id: runId } = { run_id: null }] = await runsOf(stage.server, event);
    assert.ok(runId !== null);
    await until(
      `the run of ${functionId} is ${status}`,
      async () => (await client.run(runId)).status === status,
    );
    return entryOf(runId);
  }

  async function entryOf(runId: RunId): Promise<FunctionRun> {
    const { entries } = await clientOf(stage.server).runs({
      from: new Date(Date.now() - 600_000).toISOString(),
      limit: 100,
    });
    const entry = entries.find(({ id }) => id === runId);
    assert.ok(entry, "the run is listed");
    return entry;
  }

  it("9.2 a run that was not called yet is Scheduled, and QUEUED in v2", async () => {
    await using app = await stage.rawApp([{ id: "scheduled", answer: () => DONE }]);
    const run = await shown("scheduled", "Scheduled", { ts: Date.now() + 60_000 });
    assert.equal(run.status, "QUEUED");
    assert.equal(app.calls("scheduled").length, 0);
  });

  it("9.2 a run between its steps is Running, and RUNNING in v2", async () => {
    const gate = createGate();
    await using app = await stage.rawApp([
      {
        id: "between",
        answer: ({ body }) =>
          Object.keys(body.steps).length === 0
            ? opsAnswer([opOf("StepRun", "a", { data: 1 })])
            : gate.opened.then(() => DONE),
      },
    ]);
    const run = await shown("between", "Running");
    assert.equal(run.status, "RUNNING");
    await until("the second call is under way", () => app.calls("between").length === 2);
    gate.open();
    await until("it ends", async () => (await entryOf(run.id)).status === "COMPLETED");
  });

  it("9.2 a run that sleeps or waits is still Running", async () => {
    const pausing: readonly RawFunction[] = [
      { id: "asleep", answer: inTurn(opsAnswer([{ ...opOf("Sleep", "nap"), name: "1h" }]), DONE) },
      {
        id: "waiting",
        answer: inTurn(
          opsAnswer([opOf("WaitForEvent", "wait", { opts: { event: "statuses/never", timeout: "1h" } })]),
          DONE,
        ),
      },
    ];
    await using app = await stage.rawApp(pausing);
    for (const { id } of pausing) {
      const run = await shown(id, "Running");
      assert.equal(run.status, "RUNNING");
      assert.equal(app.calls(id).length, 1);
    }
  });

  it("9.2 a run that ended is Completed, Failed or Cancelled, in capitals in v2", async () => {
    await using app = await stage.rawApp([
      { id: "completed", answer: () => DONE },
      { id: "failed", answer: () => sdkAnswer(500, { name: "Error", message: "no" }) },
      { id: "cancelled", answer: inTurn(opsAnswer([{ ...opOf("Sleep", "nap"), name: "1h" }])) },
    ]);
    assert.equal((await shown("completed", "Completed")).status, "COMPLETED");
    assert.equal((await shown("failed", "Failed")).status, "FAILED");
    const { id } = await shown("cancelled", "Running");
    await clientOf(stage.server).cancel(id);
    assert.equal((await clientOf(stage.server).run(id)).status, "Cancelled");
    assert.equal((await entryOf(id)).status, "CANCELLED");
    assert.equal(app.calls("cancelled").length, 1);
  });

  it("9.2 a run of a paused function is Skipped: it is listed, has a trace, and is never called", async () => {
    await using app = await stage.rawApp([{ id: "skips", answer: () => DONE }]);
    const client = clientOf(stage.server);
    await client.pauseFunction(app.id, "skips");
    const run = await shown("skips", "Skipped");
    assert.equal(run.status, "QUEUED");
    assert.equal(run.isSkipped, true);
    assert.equal(run.reason, "FunctionPaused");
    assert.equal((await client.trace(run.id)).status, "SKIPPED");
    await client.resumeFunction(app.id, "skips");
    assert.equal((await shown("skips", "Completed")).isSkipped ?? false, false);
    assert.equal(app.calls("skips").length, 1);
  });

  it("9.2 a run that its singleton keeps out is Skipped", async () => {
    const gate = createGate();
    await using app = await stage.rawApp([
      { id: "single", members: { singleton: { mode: "skip" } }, answer: () => gate.opened.then(() => DONE) },
    ]);
    const first = await stage.send("single");
    await until("the first runs", () => app.calls("single").length === 1);
    const run = await shown("single", "Skipped");
    assert.equal(run.reason, "Singleton");
    gate.open();
    assert.equal((await stage.end(first)).status, "Completed");
    assert.equal(app.calls("single").length, 1);
  });
});
