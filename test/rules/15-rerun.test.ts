import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Run } from "@holdfast/client";
import type { RunId } from "@holdfast/protocol";
import { internalEvents } from "../kit/internal-events.ts";
import { stepIdOf } from "../kit/raw-app.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import type { Stage } from "../kit/stage.ts";
import { sharedStage } from "../kit/stage.ts";
import { bearerOf } from "../kit/test-keys.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const HOUR_MS = 3_600_000;

/** Asks for a rerun as it is on the wire. */
async function askRerun(
  { server }: Stage,
  id: RunId,
  body: unknown = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${server.url}/v2/runs/${id}/rerun`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(server.signingKey === null ? {} : { authorization: bearerOf(server.signingKey) }),
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

/** The end of a rerun. */
async function rerun(
  { server }: Stage,
  id: RunId,
  fromStep?: { stepId: string; input?: readonly unknown[] },
): Promise<Run> {
  const { runId } = await clientOf(server).rerun(id, fromStep);
  return endOf(server, runId);
}

describe("15.7 rerun", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("15.7 whole run: is a new run for the same event, which names the one it repeats", async () => {
    const ran: unknown[] = [];
    await using _ = await stage.app([
      {
        id: "whole",
        handler: async ({ event, step }) => {
          await step.run("one", () => void ran.push([event.id, event.data]));
          return ran.length;
        },
      },
    ]);
    const first = await stage.run("whole", { n: 1 });
    const second = await rerun(stage, first.run_id);
    assertCompleted(first, 1);
    assertCompleted(second, 2);
    assert.deepEqual(ran[1], ran[0]);
    assert.notEqual(second.run_id, first.run_id);
    assert.equal(second.original_run_id, first.run_id);
    assert.equal(second.event_id, first.event_id);
    assert.equal(first.original_run_id, undefined);
    assert.equal((await runsOf(stage.server, first.event_id, 2)).length, 2);
  });

  it("15.7 whole run: of a batch has all its events", async () => {
    await using _ = await stage.app([
      {
        id: "batch",
        options: { batchEvents: { maxSize: 2, timeout: "60s" } },
        handler: ({ events }) => events.map(({ data }) => data),
      },
    ]);
    const event = await stage.send("batch", { n: 1 });
    await stage.send("batch", { n: 2 });
    const first = await stage.end(event);
    assertCompleted(first, [{ n: 1 }, { n: 2 }]);
    assertCompleted(await rerun(stage, first.run_id), [{ n: 1 }, { n: 2 }]);
  });

  it("15.7 from step: what finished before it is kept, the step and everything later happens again", async () => {
    const ran: string[] = [];
    await using _ = await stage.app([
      {
        id: "from-step",
        handler: async ({ step }) => {
          const results: number[] = [];
          for (const id of ["one", "two", "three"]) {
            results.push(
              await step.run(id, () => {
                ran.push(id);
                return ran.length;
              }),
            );
          }
          return results;
        },
      },
    ]);
    const first = await stage.run("from-step");
    assertCompleted(first, [1, 2, 3]);
    const second = await rerun(stage, first.run_id, { stepId: "two" });
    assertCompleted(second, [1, 4, 5]);
    assert.deepEqual(ran, ["one", "two", "three", "two", "three"]);
    assert.equal(second.original_run_id, first.run_id);
  });

  it("15.7 from step: a failed run goes on after its step was mended", async () => {
    let isBroken = true;
    const ran: string[] = [];
    await using _ = await stage.app([
      {
        id: "mended",
        options: { retries: 0 },
        handler: async ({ step }) => {
          await step.run("pay", () => void ran.push("paid"));
          return step.run("ship", () => {
            if (isBroken) throw new Error("no truck");
            return "shipped";
          });
        },
      },
    ]);
    const first = await stage.run("mended");
    assert.equal(first.status, "Failed");
    isBroken = false;
    assertCompleted(await rerun(stage, first.run_id, { stepId: "ship" }), "shipped");
    assert.deepEqual(ran, ["paid"]);
  });

  it("15.7 from step: is named by its hashed id, by its own id, or by the name people see", async () => {
    const ran: string[] = [];
    await using _ = await stage.app([
      {
        id: "named",
        handler: async ({ step }) => {
          await step.run("before", () => void ran.push("before"));
          await step.run({ id: "chosen", name: "The chosen step" }, () => void ran.push("chosen"));
        },
      },
    ]);
    const first = await stage.run("named");
    for (const stepId of [stepIdOf("chosen"), "chosen", "The chosen step"]) {
      ran.length = 0;
      assert.equal((await rerun(stage, first.run_id, { stepId })).status, "Completed");
      assert.deepEqual(ran, ["chosen"], stepId);
    }
  });

  it("15.7 from step: a name that two steps have is an error, and so is one that none has", async () => {
    await using _ = await stage.app([
      {
        id: "ambiguous",
        handler: async ({ step }) => {
          await step.run({ id: "a", name: "Same" }, () => 1);
          await step.run({ id: "b", name: "Same" }, () => 2);
        },
      },
    ]);
    const { event_id: event, run_id: id } = await stage.run("ambiguous");
    const twice = await askRerun(stage, id, { fromStep: { stepId: "Same" } });
    assert.equal(twice.status, 400);
    assert.match(twice.text, /2 steps named .*Same/);
    const never = await askRerun(stage, id, { fromStep: { stepId: "Other" } });
    assert.equal(never.status, 400);
    assert.match(never.text, /no step .*Other/);
    assert.equal((await runsOf(stage.server, event)).length, 1);
  });

  it("15.7 from step: with an input the step is called with it in place of its arguments", async () => {
    const ran: unknown[] = [];
    await using _ = await stage.app([
      {
        id: "input",
        handler: async ({ step }) => {
          await step.run("before", () => void ran.push("before"));
          const sum = await step.run("add", (a: number, b: number) => a + b, 1, 2);
          return step.run("after", () => sum * 10);
        },
      },
    ]);
    const first = await stage.run("input");
    assertCompleted(first, 30);
    const second = await rerun(stage, first.run_id, { stepId: "add", input: [40, 2] });
    assertCompleted(second, 420);
    assert.deepEqual(ran, ["before"]);
    const { children = [] } = await clientOf(stage.server).trace(second.run_id, { includeOutput: true });
    const step = children.find(({ name }) => name === "add");
    assert.equal(step?.status, "COMPLETED");
  });
});

describe("15.7 rerun of what the clock started", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  it("15.7 whole run: one that a cron started cannot be rerun (501)", async () => {
    await using _ = await stage.app([
      { id: "hourly", triggers: [{ cron: "0 * * * *" }], handler: () => "ticked" },
    ]);
    const client = clientOf(stage.server);
    const { now } = await client.clock();
    await client.advanceClock(HOUR_MS - (now % HOUR_MS) + 100);
    const tick = await until(
      "the clock has ticked",
      async () => (await internalEvents(stage.server, "inngest/scheduled.timer"))[0],
    );
    const run = await stage.end(tick.internal_id);
    assertCompleted(run, "ticked");
    assert.equal((await askRerun(stage, run.run_id)).status, 501);
  });
});
