import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isUlid, ulidTime } from "@holdfast/protocol";
import { createGate } from "../kit/gate.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import { sdkAnswer } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");
const HOUR_MS = 3_600_000;

describe("9.1: from event to run", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  it("9.1 an event is stored under an id of the server's own, beside the one its sender chose", async () => {
    const client = clientOf(stage.server);
    const { ids } = await client.send({ name: "start/stored", id: "mine", data: { n: 1 } });
    const [id] = ids;
    assert.ok(id !== undefined && isUlid(id));
    const event = await client.event(id);
    assert.equal(event.internal_id, id);
    assert.equal(event.id, "mine");
    assert.deepEqual(event.data, { n: 1 });
  });

  it("9.1 functions start whose trigger has the event's name, or a pattern of it", async () => {
    await using app = await stage.app([
      { id: "equal", triggers: [{ event: "named/equal" }], handler: () => "equal" },
      { id: "pattern", triggers: [{ event: "named/*" }], handler: () => "pattern" },
      { id: "other", triggers: [{ event: "named/equa" }], handler: () => "other" },
    ]);
    const { ids } = await app.send({ name: "named/equal", data: {} });
    assert.ok(ids[0]);
    const runs = await runsOf(stage.server, ids[0], 2);
    const outputs = await Promise.all(
      runs.map(async (run) => (await endOf(stage.server, run.run_id)).output),
    );
    assert.deepEqual(outputs.map(String).toSorted(), ["equal", "pattern"]);
  });

  it("9.1 one event starts one run of a function, however many of its triggers match", async () => {
    await using app = await stage.app([
      {
        id: "many-triggers",
        triggers: [
          { event: "many/match" },
          { event: "many/*" },
          { event: "many/match", if: "event.data.n == 1" },
        ],
        handler: () => "once",
      },
    ]);
    const { ids } = await app.send({ name: "many/match", data: { n: 1 } });
    assert.ok(ids[0]);
    const [run] = await runsOf(stage.server, ids[0]);
    assert.ok(run);
    assertCompleted(await endOf(stage.server, run.run_id), "once");
    assert.equal((await clientOf(stage.server).eventRuns(ids[0])).length, 1);
    assert.equal(app.calls("many-triggers").length, 1);
  });

  it("9.1 a trigger's expression must be true: no other value will do", async () => {
    await using app = await stage.app([
      {
        id: "only-true",
        triggers: [{ event: "start/only-true", if: "event.data.answer" }],
        handler: ({ event }) => event.data["answer"],
      },
    ]);
    const client = clientOf(stage.server);
    const { ids } = await client.send(
      [1, "true", false, null, {}, true].map((answer) => ({ name: "start/only-true", data: { answer } })),
    );
    const last = ids.at(-1);
    assert.ok(last);
    // All were accepted in one act: the last has its run, so the others had their chance.
    const [run] = await runsOf(stage.server, last);
    assert.ok(run);
    assertCompleted(await endOf(stage.server, run.run_id), true);
    for (const id of ids.slice(0, -1)) assert.deepEqual(await client.eventRuns(id), []);
    assert.equal(app.calls("only-true").length, 1);
  });

  it("9.1 an event wakes who waits for it, whether or not it starts anything, and internal ones do too", async () => {
    await using app = await stage.app([
      { id: "ends", handler: () => "ended by itself" },
      {
        id: "waits-for-end",
        options: { checkpointing: false },
        handler: async ({ step }) => {
          // What the SDK returns is the event, or null; the type of the tools says neither.
          const event = (await step.waitForEvent("end", {
            event: "inngest/function.finished",
            timeout: "1h",
            if: "async.data.result == 'ended by itself'",
          })) as { data: { result: unknown } } | null;
          return event?.data.result;
        },
      },
    ]);
    const waiting = await stage.send("waits-for-end");
    await until("it waits", () => app.calls("waits-for-end").some(({ status }) => status === 206));
    await until("its wait is stored", async () => {
      const [run] = await clientOf(stage.server).eventRuns(waiting);
      if (run === undefined) return false;
      const { children } = await clientOf(stage.server).trace(run.run_id);
      return children?.some(({ wait }) => wait?.outcome === "open");
    });
    await stage.run("ends");
    assertCompleted(await stage.end(waiting), "ended by itself");
  });

  it("9.1 a batch comes before the rate limit, and takes no notice of it", async () => {
    await using app = await stage.rawApp([
      {
        id: "batched",
        members: {
          batchEvents: { maxSize: 2, timeout: "60s" },
          rateLimit: { limit: 1, period: "1h" },
        },
        answer: ({ body }) => sdkAnswer(200, body.events.length),
      },
    ]);
    for (let index = 0; index < 6; index++) await stage.send("batched", { index });
    await until("three batches ran", () => app.calls("batched").length >= 3);
    assert.deepEqual(
      app.calls("batched").map(({ body }) => body.events.length),
      [2, 2, 2],
    );
  });

  it("9.1 the rate limit comes before the debounce: what it drops postpones and replaces nothing", async () => {
    await using app = await stage.rawApp([
      {
        id: "limited-first",
        members: { rateLimit: { limit: 1, period: "1h" }, debounce: { period: "1s" } },
        answer: ({ body }) => sdkAnswer(200, body.event["data"]),
      },
    ]);
    await stage.send("limited-first", { n: 1 });
    await stage.send("limited-first", { n: 2 });
    await until("the debounce is over", () => app.calls("limited-first").length > 0);
    assert.deepEqual(
      app.calls("limited-first").map(({ body }) => body.event["data"]),
      [{ n: 1 }],
    );
  });

  it("9.1 the debounce comes before the singleton: what it gathers is one run, and none is skipped", async () => {
    await using app = await stage.rawApp([
      {
        id: "gathered-first",
        members: { debounce: { period: "1s" }, singleton: { mode: "skip" } },
        answer: ({ body }) => sdkAnswer(200, body.event["data"]),
      },
    ]);
    for (const n of [1, 2, 3]) await stage.send("gathered-first", { n });
    await until("the debounce is over", () => app.calls("gathered-first").length > 0);
    const { entries } = await clientOf(stage.server).runs({
      appId: [app.id],
      from: new Date(Date.now() - HOUR_MS).toISOString(),
    });
    assert.deepEqual(
      entries.map(({ isSkipped = false }) => isSkipped),
      [false],
    );
    assert.deepEqual(
      app.calls("gathered-first").map(({ body }) => body.event["data"]),
      [{ n: 3 }],
    );
  });

  it("9.1 a run begins no earlier than the ts of its event", async () => {
    await using app = await stage.rawApp([{ id: "later", answer: () => DONE }]);
    const ts = Date.now() + 1500;
    const event = await stage.send("later", {}, { ts });
    const [run] = await runsOf(stage.server, event);
    assert.equal(run?.status, "Scheduled");
    assertCompleted(await stage.end(event), "done");
    const [call] = app.calls("later");
    assert.ok(call !== undefined && call.at >= ts, `called ${ts - Number(call?.at)} ms early`);
  });

  it("9.1 a ts of the past delays nothing", async () => {
    await using app = await stage.rawApp([{ id: "at-once", answer: () => DONE }]);
    const event = await stage.send("at-once", {}, { ts: Date.now() - HOUR_MS });
    assertCompleted(await stage.end(event), "done");
    assert.equal(app.calls("at-once").length, 1);
  });

  it("9.1 a run's id is a ULID whose time is that of its queueing", async () => {
    await using app = await stage.rawApp([{ id: "named-by-time", answer: () => DONE }]);
    const before = Date.now();
    const run = await stage.run("named-by-time");
    const queuedAt = ulidTime(run.run_id);
    assert.ok(queuedAt >= before - 1 && queuedAt <= Date.now());
    assert.equal(new Date(queuedAt).toISOString(), run.run_started_at);
    assert.equal(app.calls("named-by-time")[0]?.headers["x-run-id"], run.run_id);
  });

  it("9.1 a function runs once for an event's id, even while the first run goes on", async () => {
    const gate = createGate();
    await using app = await stage.rawApp([
      { id: "once-each", members: both("start/once"), answer: () => gate.opened.then(() => DONE) },
      { id: "once-too", members: both("start/once"), answer: () => DONE },
    ]);
    const client = clientOf(stage.server);
    const { ids } = await client.send({ name: "start/once", id: "the same", data: {} });
    await client.send({ name: "start/once", id: "the same", data: {} });
    await client.send({ name: "start/once", id: "another", data: {} });
    gate.open();
    assert.ok(ids[0]);
    await until("both events ran", () => app.calls("once-each").length + app.calls("once-too").length >= 4);
    assert.equal(app.calls("once-each").length, 2);
    assert.equal(app.calls("once-too").length, 2);
  });
});

function both(event: string): Readonly<Record<string, unknown>> {
  return { triggers: [{ event }] };
}

describe("9.1: how long an event's id is remembered", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  it("9.1 an event's id keeps a second run away for 24 hours, and no longer", async () => {
    await using app = await stage.rawApp([{ id: "a-day", answer: () => DONE }]);
    const client = clientOf(stage.server);
    const again = async (): Promise<number> => {
      const event = await stage.send("a-day", {}, { id: "daily" });
      // Events that start nothing have nothing to wait for: one that does is sent after each.
      await stage.end(await stage.send("a-day", { mark: true }));
      return (await client.eventRuns(event)).length;
    };
    assert.equal(await again(), 1);
    await client.advanceClock(23 * HOUR_MS);
    assert.equal(await again(), 0);
    await client.advanceClock(2 * HOUR_MS);
    assert.equal(await again(), 1);
    assert.equal(app.calls("a-day").length, 5);
  });
});
