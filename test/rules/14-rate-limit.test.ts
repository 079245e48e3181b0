import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { completedRuns, functionRuns } from "../kit/function-runs.ts";
import { clientOf } from "../kit/run-of.ts";
import { sdkV4 } from "../kit/sdk-v4.ts";
import { sharedStage, stageOn } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe("rate limit", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });
  const advance = (ms: number): Promise<unknown> => clientOf(stage.server).advanceClock(ms);
  let witness: TestApp;
  before(async () => {
    witness = await stage.app([{ id: "witness", handler: () => "the server goes on" }]);
  });
  after(() => witness.close());

  it("14.3 limit 2 in 2 hours lets one run start, and the next an hour later", async () => {
    await using app = await stage.app([
      { id: "sparse", options: { rateLimit: { limit: 2, period: "2h" } }, handler: () => null },
    ]);
    const first = await stage.send("sparse");
    await stage.send("sparse");
    await advance(HOUR_MS - 10 * MINUTE_MS);
    await stage.send("sparse");
    await advance(10 * MINUTE_MS);
    const late = await stage.send("sparse");
    const runs = await completedRuns(app, "sparse", 2);
    await stage.run("witness");
    assert.equal((await functionRuns(app, "sparse")).length, 2);
    assert.deepEqual(
      runs.map(({ trigger }) => trigger.eventIds),
      [[first], [late]],
    );
  });

  it("14.3 the burst is a tenth of the limit, rounded down: limit 10 lets two runs start at once, limit 9 one", async () => {
    const triggers = [{ event: "tenth/go" }];
    await using app = await stage.app([
      { id: "ten", triggers, options: { rateLimit: { limit: 10, period: "10h" } }, handler: () => null },
      { id: "nine", triggers, options: { rateLimit: { limit: 9, period: "9h" } }, handler: () => null },
      { id: "twenty", triggers, options: { rateLimit: { limit: 20, period: "20h" } }, handler: () => null },
    ]);
    for (let sent = 0; sent < 4; sent += 1) await clientOf(stage.server).send({ name: "tenth/go" });
    await stage.run("witness");
    const counts = await Promise.all(
      ["nine", "ten", "twenty"].map(async (id) => (await functionRuns(app, id)).length),
    );
    assert.deepEqual(counts, [1, 2, 3]);
    await advance(HOUR_MS);
    for (let sent = 0; sent < 2; sent += 1) await clientOf(stage.server).send({ name: "tenth/go" });
    const later = await Promise.all(
      ["nine", "ten", "twenty"].map(async (id) => (await functionRuns(app, id)).length),
    );
    assert.deepEqual(later, [2, 3, 4]);
    await completedRuns(app, "twenty", 4);
  });

  it("14.3 an event over the limit is stored, and starts no run, not even later", async () => {
    await using app = await stage.app([
      { id: "lossy", options: { rateLimit: { limit: 1, period: "1h" } }, handler: () => null },
    ]);
    await stage.run("lossy");
    const lost = await stage.send("lossy", { word: "kept" });
    await advance(2 * HOUR_MS);
    await stage.run("witness");
    const client = clientOf(stage.server);
    assert.deepEqual((await client.event(lost)).data, { word: "kept" });
    assert.deepEqual(await client.eventRuns(lost), []);
    assert.equal((await functionRuns(app, "lossy")).length, 1);
  });

  it("14.3 it is evaluated when the event comes, not when its run would start", async () => {
    await using app = await stage.app([
      { id: "early", options: { rateLimit: { limit: 1, period: "1h" } }, handler: () => null },
    ]);
    await stage.run("early");
    const { now } = await clientOf(stage.server).clock();
    const dated = await stage.send("early", {}, { ts: now + 3 * HOUR_MS });
    await advance(4 * HOUR_MS);
    await stage.run("early");
    assert.deepEqual(await clientOf(stage.server).eventRuns(dated), []);
    assert.equal((await functionRuns(app, "early")).length, 2);
  });

  it("14.3 each value of the key has a limit of its own, and a key that is false has none", async () => {
    await using app = await stage.app([
      {
        id: "keyed",
        options: { rateLimit: { limit: 1, period: "1h", key: "event.data.key" } },
        handler: () => null,
      },
    ]);
    for (const key of ["a", "a", "b", false, false, false]) await stage.send("keyed", { key });
    const runs = await completedRuns(app, "keyed", 5);
    await stage.run("witness");
    assert.equal((await functionRuns(app, "keyed")).length, 5);
    assert.equal(runs.length, 5);
  });

  it("14.3 a run that is invoked and rate limited answers the caller with an error", async () => {
    await using app = await stage.app([
      { id: "scarce", options: { rateLimit: { limit: 1, period: "1h" } }, handler: () => "served" },
      {
        id: "caller",
        handler: async ({ step }) => {
          const scarce = sdkV4.referenceFunction({ functionId: "scarce" });
          const first = await step.invoke("first", { function: scarce });
          const second = await step
            .invoke("second", { function: scarce })
            .catch((error: unknown) => String(error));
          return [first, second];
        },
      },
    ]);
    const run = await stage.run("caller");
    assert.deepEqual(run.output, ["served", "Error: invoked function is rate limited"]);
    assert.equal(app.calls("scarce").length, 1);
  });

  it("14.3 a run that the clock starts is rate limited as well", async () => {
    await using server = await startTestServer({ mode: "dev" });
    const own = stageOn(() => server);
    await using app = await own.app([
      {
        id: "hourly",
        triggers: [{ cron: "0 * * * *" }],
        options: { rateLimit: { limit: 1, period: "24h" } },
        handler: () => null,
      },
      { id: "every-hour", triggers: [{ cron: "0 * * * *" }], handler: () => null },
    ]);
    for (let tick = 1; tick <= 3; tick += 1) {
      await clientOf(server).advanceClock(toNextHour((await clientOf(server).clock()).now));
      await completedRuns(app, "every-hour", tick);
    }
    assert.equal((await functionRuns(app, "hourly")).length, 1);
  });

  it("14.3 batched starts bypass it", async () => {
    await using app = await stage.app([
      {
        id: "batched",
        options: { rateLimit: { limit: 1, period: "24h" }, batchEvents: { maxSize: 2, timeout: "1h" } },
        handler: ({ events }) => events.length,
      },
    ]);
    for (let sent = 0; sent < 4; sent += 1) await stage.send("batched");
    const runs = await completedRuns(app, "batched", 2);
    assert.deepEqual(
      runs.map(({ output }) => output),
      [{ data: 2 }, { data: 2 }],
    );
  });

  it("14.3 a debounced start bypasses it, once its event has passed", async () => {
    await using app = await stage.app([
      {
        id: "debounced",
        options: { rateLimit: { limit: 1, period: "1h" }, debounce: { period: "2h" } },
        handler: () => null,
      },
    ]);
    const event = await stage.send("debounced");
    await advance(HOUR_MS + MINUTE_MS);
    const last = await stage.send("debounced");
    await advance(2 * HOUR_MS);
    const [run] = await completedRuns(app, "debounced", 1);
    assert.deepEqual(run?.trigger.eventIds, [last]);
    assert.notEqual(event, last);
  });
});

/** So many ms until the hour begins, and a little more, so that its tick is due. */
function toNextHour(now: number): number {
  return HOUR_MS - (now % HOUR_MS) + 1;
}
