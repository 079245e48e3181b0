import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isUlid } from "@holdfast/protocol";
import { completedRuns, functionRuns } from "../kit/function-runs.ts";
import type { EventPayload } from "../kit/function-spec.ts";
import { postRegistration, registrationOf } from "../kit/registration.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";

const MINUTE_MS = 60_000;
const MEBIBYTE = 1024 * 1024;

const numbers = (events: readonly EventPayload[]): readonly unknown[] =>
  events.map(({ data }) => data?.["n"]);

describe("batch", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });
  const advance = (minutes: number): Promise<unknown> =>
    clientOf(stage.server).advanceClock(minutes * MINUTE_MS);
  let witness: TestApp;
  before(async () => {
    witness = await stage.app([{ id: "witness", handler: () => "the server goes on" }]);
  });
  after(() => witness.close());

  it("14.5 maxSize events start one run at once: events has all in their order, event is the first", async () => {
    await using app = await stage.app([
      {
        id: "full",
        options: { batchEvents: { maxSize: 3, timeout: "1h" } },
        handler: ({ event, events }) => ({ first: event.data["n"], all: numbers(events) }),
      },
    ]);
    for (let n = 1; n <= 4; n += 1) await stage.send("full", { n });
    const [run] = await completedRuns(app, "full", 1);
    assert.deepEqual(run?.output, { first: 1, all: [1, 2, 3] });
    assert.equal((await functionRuns(app, "full")).length, 1);
  });

  it("14.5 timeout since the first event starts what there is", async () => {
    await using app = await stage.app([
      {
        id: "timed",
        options: { batchEvents: { maxSize: 10, timeout: "1h" } },
        handler: ({ events }) => ({ all: numbers(events) }),
      },
    ]);
    const first = await stage.send("timed", { n: 1 });
    await advance(50);
    await stage.send("timed", { n: 2 });
    await stage.run("witness");
    assert.deepEqual(await functionRuns(app, "timed"), []);
    await advance(10);
    const [run] = await completedRuns(app, "timed", 1);
    assert.deepEqual(run?.output, { all: [1, 2] });
    const { received_at: receivedAt } = await clientOf(stage.server).event(first);
    const delayMs = Date.parse(run.queuedAt) - Date.parse(receivedAt);
    assert.ok(delayMs >= 60 * MINUTE_MS && delayMs < 65 * MINUTE_MS, `${delayMs} ms`);
  });

  it("14.5 each value of the key has a batch of its own", async () => {
    await using app = await stage.app([
      {
        id: "keyed",
        options: { batchEvents: { maxSize: 2, timeout: "1h", key: "event.data.key" } },
        handler: ({ events }) => ({ all: numbers(events) }),
      },
    ]);
    for (const [key, n] of [
      ["a", 1],
      ["b", 2],
      ["c", 3],
      ["b", 4],
      ["a", 5],
    ] as const) {
      await stage.send("keyed", { key, n });
    }
    // Which of two runs of one millisecond is listed first is chance.
    const full = (await completedRuns(app, "keyed", 2)).map(({ output }) => JSON.stringify(output));
    assert.deepEqual(full.toSorted(), ['{"all":[1,5]}', '{"all":[2,4]}']);
    await advance(60);
    assert.deepEqual((await completedRuns(app, "keyed", 3)).at(-1)?.output, { all: [3] });
  });

  it("14.5 a batch that reaches 10 MiB starts before it is full", async () => {
    await using app = await stage.app([
      {
        id: "heavy",
        options: { batchEvents: { maxSize: 100, timeout: "1h" } },
        handler: ({ events }) => ({ all: numbers(events) }),
      },
    ]);
    const filling = "x".repeat(2.6 * MEBIBYTE);
    for (let n = 1; n <= 3; n += 1) await stage.send("heavy", { n, filling });
    await stage.run("witness");
    assert.deepEqual(await functionRuns(app, "heavy"), []);
    await stage.send("heavy", { n: 4, filling });
    const [run] = await completedRuns(app, "heavy", 1);
    assert.deepEqual(run?.output, { all: [1, 2, 3, 4] });
  });

  it("14.5 an event for which if is false, or fails, runs alone and at once, without a batch id", async () => {
    await using app = await stage.app([
      {
        id: "chosen",
        options: { batchEvents: { maxSize: 2, timeout: "1h", if: "int(event.data.size) < 10" } },
        handler: ({ events }) => ({ all: numbers(events) }),
      },
    ]);
    await stage.send("chosen", { n: 1, size: 1 });
    const large = await stage.run("chosen", { n: 2, size: 20 });
    const broken = await stage.run("chosen", { n: 3, size: "many" });
    assert.deepEqual([large.output, broken.output], [{ all: [2] }, { all: [3] }]);
    assert.deepEqual([large.batch_id, broken.batch_id], [undefined, undefined]);
    await stage.send("chosen", { n: 4, size: 2 });
    assert.deepEqual((await completedRuns(app, "chosen", 3)).at(-1)?.output, { all: [1, 4] });
  });

  it("14.5 an if that is truthy but not the boolean true does not batch", async () => {
    await using app = await stage.app([
      {
        id: "truthy",
        options: { batchEvents: { maxSize: 2, timeout: "1h", if: "event.data.word" } },
        handler: ({ events }) => events.length,
      },
    ]);
    const run = await stage.run("truthy", { word: "yes" });
    assert.deepEqual([run.output, run.batch_id], [1, undefined]);
    assert.equal((await functionRuns(app, "truthy")).length, 1);
  });

  it("14.5 the same event id twice in one batch is kept once", async () => {
    await using app = await stage.app([
      {
        id: "once",
        options: { batchEvents: { maxSize: 3, timeout: "1h" } },
        handler: ({ events }) => ({ all: numbers(events) }),
      },
    ]);
    await stage.send("once", { n: 1 }, { id: "order-1" });
    await stage.send("once", { n: 2 }, { id: "order-1" });
    await stage.send("once", { n: 3 }, { id: "order-2" });
    await stage.send("once", { n: 4 });
    const [run] = await completedRuns(app, "once", 1);
    assert.deepEqual(run?.output, { all: [1, 3, 4] });
  });

  it("14.5 a batch run is guarded by its batch id: event ids of an earlier batch do not stop a later one", async () => {
    await using app = await stage.app([
      {
        id: "guarded",
        options: { batchEvents: { maxSize: 2, timeout: "1h" } },
        handler: ({ events }) => ({ all: numbers(events) }),
      },
    ]);
    for (const n of [1, 2]) {
      await stage.send("guarded", { n }, { id: "batch-a" });
      await stage.send("guarded", { n }, { id: "batch-b" });
      await completedRuns(app, "guarded", n);
    }
    assert.deepEqual(
      (await functionRuns(app, "guarded")).map(({ output }) => output),
      [{ all: [1, 1] }, { all: [2, 2] }],
    );
  });

  it("14.5 a run made through batching has a batch id, a ULID, even when it holds one event", async () => {
    await using app = await stage.app([
      {
        id: "lone",
        options: { batchEvents: { maxSize: 2, timeout: "1h" } },
        handler: ({ events }) => events.length,
      },
    ]);
    const event = await stage.send("lone");
    await advance(60);
    const [run] = await completedRuns(app, "lone", 1);
    assert.deepEqual(run?.output, { data: 1 });
    const { batchId = "", isBatch } = run.trigger;
    assert.ok(isBatch === true && isUlid(batchId), batchId);
    const v1 = await clientOf(stage.server).run(run.id);
    assert.equal(v1.batch_id, batchId);
    assert.deepEqual(run.trigger.eventIds, [event]);
  });

  it("14.5 cancelOn cannot be applied to batch runs: such a function is refused", async () => {
    const members = {
      batchEvents: { maxSize: 2, timeout: "1h" },
      cancel: [{ event: "batch/stop" }],
    };
    const registration = registrationOf("refused", "http://127.0.0.1:9/api", ["both"], members);
    const { body, status } = await postRegistration(stage.server, registration);
    assert.equal(status, 400);
    assert.match(JSON.stringify(body), /batchEvents cannot be combined with cancel/);
  });
});
