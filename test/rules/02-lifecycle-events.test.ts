import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionContext, FunctionSpec } from "../kit/function-spec.ts";
import { createGate } from "../kit/gate.ts";
import { eventsAbout } from "../kit/internal-events.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import { sdkV4 } from "../kit/sdk-v4.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const FINISHED = "inngest/function.finished";
const FAILED = "inngest/function.failed";
const CANCELLED = "inngest/function.cancelled";

type Seen = FunctionContext["event"];

/** A function that notes the server's own events about another function. */
function observer(id: string, name: string, slug: string, seen: Seen[]): FunctionSpec {
  return {
    id,
    triggers: [{ event: name, if: `event.data.function_id == "${slug}"` }],
    handler: ({ event }) => {
      seen.push(event);
      return "seen";
    },
  };
}

describe("2.8 events of a run's end", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("2.8 finished: a completed run emits one, with its function, run, events and result, and users may trigger on it", async () => {
    const seen: Seen[] = [];
    await using app = await stage.app(
      [
        { id: "completes", handler: () => ({ sum: 3 }) },
        observer("sees-completed", FINISHED, "plain-completes", seen),
      ],
      { id: "plain" },
    );
    const run = await stage.run("completes", { a: 1 });
    assertCompleted(run, { sum: 3 });
    const [event] = await until("the observer ran", () => seen.length > 0 && seen);
    assert.ok(event !== undefined);
    assert.equal(event.name, FINISHED);
    const [original] = event.data["events"] as readonly Readonly<Record<string, unknown>>[];
    assert.deepEqual(original?.["data"], { a: 1 });
    assert.equal(original["name"], "completes/go");
    assert.deepEqual(event.data, {
      _inngest: { status: "Completed" },
      function_id: `${app.id}-completes`,
      run_id: run.run_id,
      event: original,
      events: [original],
      result: { sum: 3 },
    });
    assert.equal((await eventsAbout(stage.server, FINISHED, run.run_id)).length, 1);
    assert.deepEqual(await eventsAbout(stage.server, FAILED, run.run_id), []);
    assert.deepEqual(await eventsAbout(stage.server, CANCELLED, run.run_id), []);
  });

  it("2.8 failed: accompanies finished for a failed run; its id is the run's, and both carry the error", async () => {
    const seen: Seen[] = [];
    await using app = await stage.app(
      [
        {
          id: "fails",
          options: { retries: 0 },
          handler: () => {
            throw new TypeError("on purpose");
          },
        },
        observer("sees-finished", FINISHED, "failing-fails", seen),
        observer("sees-failed", FAILED, "failing-fails", seen),
      ],
      { id: "failing" },
    );
    const run = await stage.run("fails");
    assert.equal(run.status, "Failed");
    const events = await until("both observers ran", () => seen.length === 2 && seen);
    const [failed, finished] = events.toSorted((one, other) => one.name.localeCompare(other.name));
    assert.equal(failed?.name, FAILED);
    assert.equal(finished?.name, FINISHED);
    assert.equal(failed.id, run.run_id);
    assert.notEqual(finished.id, run.run_id);
    assert.deepEqual(failed.data, finished.data);
    assert.deepEqual(failed.data["_inngest"], { status: "Failed" });
    assert.equal(failed.data["function_id"], `${app.id}-fails`);
    const error = failed.data["error"] as Readonly<Record<string, unknown>>;
    assert.deepEqual([error["name"], error["message"]], ["TypeError", "on purpose"]);
    assert.match(String(error["stack"]), /on purpose/);
    assert.ok(!("result" in failed.data));
    assert.deepEqual(await eventsAbout(stage.server, CANCELLED, run.run_id), []);
  });

  it("2.8 cancelled: accompanies finished for a cancelled run, and its id is the run's", async () => {
    await using _ = await stage.app([
      { id: "is-cancelled", handler: ({ step }) => step.sleep("long", "1h") },
    ]);
    const [run] = await runsOf(stage.server, await stage.send("is-cancelled"));
    assert.ok(run !== undefined);
    await clientOf(stage.server).cancel(run.run_id);
    const [finished] = await eventsAbout(stage.server, FINISHED, run.run_id);
    const [cancelled] = await eventsAbout(stage.server, CANCELLED, run.run_id);
    assert.deepEqual(finished?.data["_inngest"], { status: "Cancelled" });
    assert.deepEqual(cancelled?.data, finished.data);
    assert.equal(cancelled.id, run.run_id);
    assert.deepEqual(await eventsAbout(stage.server, FAILED, run.run_id), []);
  });

  it("2.8 meta of the trigger event is copied", async () => {
    const seen: Seen[] = [];
    await using _ = await stage.app(
      [
        {
          id: "has-sessions",
          options: { retries: 0 },
          handler: () => {
            throw new Error("on purpose");
          },
        },
        observer("sees-sessions", FINISHED, "sessions-has-sessions", seen),
        observer("sees-sessions-failed", FAILED, "sessions-has-sessions", seen),
      ],
      { id: "sessions" },
    );
    const sessions = { cart: "c7", user: "u1" };
    await stage.end(await stage.send("has-sessions", {}, { meta: { sessions } }));
    await until("both observers ran", () => seen.length === 2);
    assert.deepEqual(
      seen.map(({ meta }) => meta?.sessions),
      [sessions, sessions],
    );
  });

  it("2.8 loops: a run that finished or failed started emits nothing about its own end, one that cancelled started does", async () => {
    const gate = createGate();
    await using _ = await stage.app(
      [
        {
          id: "first",
          options: { retries: 0 },
          handler: () => {
            throw new Error("on purpose");
          },
        },
        { id: "halted", handler: () => gate.opened },
        {
          id: "on-finished",
          triggers: [{ event: FINISHED, if: 'event.data.function_id == "loops-first"' }],
          handler: () => "done",
        },
        {
          id: "on-failed",
          options: { retries: 0 },
          triggers: [{ event: FAILED, if: 'event.data.function_id == "loops-first"' }],
          handler: () => {
            throw new Error("as well");
          },
        },
        {
          id: "on-cancelled",
          triggers: [{ event: CANCELLED, if: 'event.data.function_id == "loops-halted"' }],
          handler: () => "done",
        },
      ],
      { id: "loops" },
    );
    const first = await stage.run("first");
    const [halted] = await runsOf(stage.server, await stage.send("halted"));
    assert.ok(halted !== undefined);
    await clientOf(stage.server).cancel(halted.run_id);
    gate.open();
    for (const [name, about, emits] of [
      [FINISHED, first, 0],
      [FAILED, first, 0],
      [CANCELLED, halted, 1],
    ] as const) {
      const [event] = await eventsAbout(stage.server, name, about.run_id);
      assert.ok(event !== undefined);
      const [run] = await runsOf(stage.server, event.internal_id);
      assert.ok(run !== undefined);
      await endOf(stage.server, run.run_id);
      assert.equal((await eventsAbout(stage.server, FINISHED, run.run_id)).length, emits, name);
      assert.deepEqual(await eventsAbout(stage.server, FAILED, run.run_id), [], name);
    }
  });

  it("2.8 a skipped run emits nothing", async () => {
    await using app = await stage.app([{ id: "paused", handler: () => "never" }]);
    await clientOf(stage.server).pauseFunction(app.id, "paused");
    const run = await stage.run("paused");
    assert.equal(run.status, "Skipped");
    for (const name of [FINISHED, FAILED, CANCELLED])
      assert.deepEqual(await eventsAbout(stage.server, name, run.run_id), []);
  });

  it("2.8 batch: finished is sent for the first event, and for each further one that was invoked", async () => {
    const reference = sdkV4.referenceFunction({ appId: "batches", functionId: "gathers" });
    const invokes = (id: string): FunctionSpec => ({
      id,
      handler: ({ step }) => step.invoke("batched", { function: reference, data: { from: id } }),
    });
    await using _ = await stage.app(
      [
        {
          id: "gathers",
          options: { batchEvents: { maxSize: 4, timeout: "60s" } },
          handler: ({ events }) => events.length,
        },
        invokes("one"),
        invokes("two"),
      ],
      { id: "batches" },
    );
    const first = await stage.send("gathers");
    await stage.send("gathers");
    const parents = await Promise.all([stage.run("one"), stage.run("two")]);
    for (const parent of parents) assertCompleted(parent, 4);
    const run = await stage.end(first);
    const correlations = (await eventsAbout(stage.server, FINISHED, run.run_id)).map(({ data }) => {
      const { correlation_id: correlation } = data;
      return typeof correlation === "string" ? correlation.split(".")[0] : "none";
    });
    assert.deepEqual(new Set(correlations), new Set(["none", ...parents.map(({ run_id: id }) => id)]));
    assert.equal(correlations.length, 3);
  });
});
