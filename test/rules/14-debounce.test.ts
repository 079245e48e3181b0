import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FunctionRun } from "@holdfast/client";
import { completedRuns, functionRuns } from "../kit/function-runs.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";

const MINUTE_MS = 60_000;
/** What is due is begun within this time, on a busy machine too. */
const LATE_MS = 5 * MINUTE_MS;

describe("debounce", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });
  const advance = (minutes: number): Promise<unknown> =>
    clientOf(stage.server).advanceClock(minutes * MINUTE_MS);
  let witness: TestApp;
  before(async () => {
    witness = await stage.app([{ id: "witness", handler: () => "the server goes on" }]);
  });
  after(() => witness.close());

  /** How long after an event was received a run was queued, in ms. */
  async function delayOf(
    run: FunctionRun | undefined,
    event: Awaited<ReturnType<typeof stage.send>>,
  ): Promise<number> {
    const { received_at: receivedAt } = await clientOf(stage.server).event(event);
    return Date.parse(run?.queuedAt ?? "") - Date.parse(receivedAt);
  }

  it("14.4 without a key the events of a function start one run together, a period after the last", async () => {
    await using app = await stage.app([
      { id: "plain", options: { debounce: { period: "1h" } }, handler: ({ event }) => event.data["n"] },
    ]);
    await stage.send("plain", { n: 1 });
    const last = await stage.send("plain", { n: 2 });
    await stage.run("witness");
    assert.deepEqual(await functionRuns(app, "plain"), []);
    await advance(60);
    const [run] = await completedRuns(app, "plain", 1);
    assert.deepEqual(run?.output, { data: 2 });
    assert.deepEqual(run.trigger.eventIds, [last]);
    const delayMs = await delayOf(run, last);
    assert.ok(delayMs >= 60 * MINUTE_MS && delayMs < 60 * MINUTE_MS + LATE_MS, `${delayMs} ms`);
    await stage.run("witness");
    assert.equal((await functionRuns(app, "plain")).length, 1);
  });

  it("14.4 each further event restarts the period", async () => {
    await using app = await stage.app([
      { id: "moved", options: { debounce: { period: "1h" } }, handler: ({ event }) => event.data["n"] },
    ]);
    await stage.send("moved", { n: 1 });
    await advance(50);
    await stage.send("moved", { n: 2 });
    await advance(50);
    const last = await stage.send("moved", { n: 3 });
    await advance(50);
    await stage.run("witness");
    assert.deepEqual(await functionRuns(app, "moved"), []);
    await advance(10);
    const [run] = await completedRuns(app, "moved", 1);
    assert.deepEqual(run?.output, { data: 3 });
    const delayMs = await delayOf(run, last);
    assert.ok(delayMs >= 60 * MINUTE_MS && delayMs < 60 * MINUTE_MS + LATE_MS, `${delayMs} ms`);
  });

  it("14.4 an event replaces the stored one only if its ts is not earlier; it restarts the period all the same", async () => {
    await using app = await stage.app([
      { id: "late", options: { debounce: { period: "1h" } }, handler: ({ event }) => event.data["n"] },
    ]);
    const { now } = await clientOf(stage.server).clock();
    const ts = now - 100_000;
    await stage.send("late", { n: 1 }, { ts: ts - 1 });
    await stage.send("late", { n: 2 }, { ts });
    await stage.send("late", { n: 3 }, { ts });
    await advance(50);
    const older = await stage.send("late", { n: 4 }, { ts: ts - 1 });
    await advance(50);
    await stage.run("witness");
    assert.deepEqual(await functionRuns(app, "late"), []);
    await advance(10);
    const [run] = await completedRuns(app, "late", 1);
    assert.deepEqual(run?.output, { data: 3 });
    assert.ok((await delayOf(run, older)) >= 60 * MINUTE_MS);
  });

  it("14.4 timeout is the longest delay since the first event", async () => {
    await using app = await stage.app([
      {
        id: "capped",
        options: { debounce: { period: "1h", timeout: "90m" } },
        handler: ({ event }) => event.data["n"],
      },
    ]);
    const first = await stage.send("capped", { n: 1 });
    await advance(50);
    await stage.send("capped", { n: 2 });
    await advance(35);
    await stage.send("capped", { n: 3 });
    await advance(5);
    const [run] = await completedRuns(app, "capped", 1);
    assert.deepEqual(run?.output, { data: 3 });
    const delayMs = await delayOf(run, first);
    assert.ok(delayMs >= 90 * MINUTE_MS && delayMs < 90 * MINUTE_MS + LATE_MS, `${delayMs} ms`);
  });

  it("14.4 each value of the key has a period of its own", async () => {
    await using app = await stage.app([
      {
        id: "keyed",
        options: { debounce: { period: "1h", key: "event.data.key" } },
        handler: ({ event }) => `${String(event.data["key"])}${String(event.data["n"])}`,
      },
    ]);
    await stage.send("keyed", { key: "a", n: 1 });
    await stage.send("keyed", { key: "b", n: 1 });
    await advance(30);
    await stage.send("keyed", { key: "a", n: 2 });
    await advance(30);
    const [b] = await completedRuns(app, "keyed", 1);
    assert.deepEqual(b?.output, { data: "b1" });
    await advance(30);
    const [, a] = await completedRuns(app, "keyed", 2);
    assert.deepEqual(a?.output, { data: "a2" });
  });

  it("14.4 once it has fired, the next event begins another period", async () => {
    await using app = await stage.app([
      { id: "again", options: { debounce: { period: "1h" } }, handler: ({ event }) => event.data["n"] },
    ]);
    for (const n of [1, 2]) {
      await stage.send("again", { n });
      await advance(60);
      assert.deepEqual((await completedRuns(app, "again", n)).at(-1)?.output, { data: n });
    }
  });

  it("14.4 the rate limit is asked when an event comes, and not again when the period is over", async () => {
    await using app = await stage.app([
      {
        id: "limited",
        options: { debounce: { period: "1h" }, rateLimit: { limit: 1, period: "24h" } },
        handler: ({ event }) => event.data["n"],
      },
    ]);
    const first = await stage.send("limited", { n: 1 });
    await advance(30);
    // Over the limit: it neither takes the place of the first nor restarts the period.
    const over = await stage.send("limited", { n: 2 });
    await advance(60);
    const [run] = await completedRuns(app, "limited", 1);
    assert.deepEqual(run?.output, { data: 1 });
    assert.deepEqual(run.trigger.eventIds, [first]);
    assert.deepEqual(await clientOf(stage.server).eventRuns(over), []);
  });
});
