import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { sharedStage } from "../kit/stage.ts";
import { waiting } from "./waiting.ts";

const sleeps = (id: string): FunctionSpec => ({ id, handler: ({ step }) => step.sleep("long", "1h") });

describe("15.5 bulk cancellation", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("15.5 bulk: POST /v1/cancellations cancels the runs of one function that started between two times", async () => {
    await using app = await stage.app([sleeps("bulk"), sleeps("bystander")]);
    const start = async (id: string): Promise<{ id: string; startedAt: number }> => {
      const { run_id: runId, run_started_at: at } = await waiting(stage, await stage.send(id));
      return { id: runId, startedAt: Date.parse(at) };
    };
    const before = await start("bulk");
    const [one, other] = [await start("bulk"), await start("bystander")];
    const after = await start("bulk");
    await clientOf(stage.server).cancelMany({
      app_id: app.id,
      function_id: "bulk",
      started_after: new Date(before.startedAt + 1).toISOString(),
      started_before: new Date(after.startedAt - 1).toISOString(),
    });
    const statusOf = async ({ id }: { id: string }) => (await clientOf(stage.server).run(id as never)).status;
    assert.deepEqual(await Promise.all([before, one, other, after].map(statusOf)), [
      "Running",
      "Cancelled",
      "Running",
      "Running",
    ]);
  });

  it("15.5 bulk: its if is asked of each run's event", async () => {
    await using app = await stage.app([sleeps("some")]);
    const [ann, bob] = [await stage.send("some", { user: "ann" }), await stage.send("some", { user: "bob" })];
    await Promise.all([waiting(stage, ann), waiting(stage, bob)]);
    await clientOf(stage.server).cancelMany({
      app_id: app.id,
      function_id: "some",
      started_before: new Date().toISOString(),
      if: 'event.data.user == "ann"',
    });
    assert.equal((await stage.end(ann)).status, "Cancelled");
    const [run] = await runsOf(stage.server, bob);
    assert.equal(run?.ended_at, null);
  });

  it("15.5 bulk: it applies to matching runs that start while it exists, by start time", async () => {
    await using app = await stage.app([sleeps("to-come")]);
    const client = clientOf(stage.server);
    const rule = await client.cancelMany({
      app_id: app.id,
      function_id: "to-come",
      started_before: new Date(Date.now() + 4000).toISOString(),
    });
    const inTime = await waiting(stage, await stage.send("to-come"));
    assert.ok(Date.parse(inTime.run_started_at) < Date.parse(rule.started_before));
    assert.equal((await endOf(stage.server, inTime.run_id, { timeoutMs: 10_000 })).status, "Cancelled");
    const late = await waiting(stage, await stage.send("to-come"));
    assert.ok(Date.parse(late.run_started_at) >= Date.parse(rule.started_before));
    assert.equal((await client.run(late.run_id)).ended_at, null);
  });
});
