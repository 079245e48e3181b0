import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { createGate } from "../kit/gate.ts";
import { clientOf } from "../kit/run-of.ts";
import { startTestApp } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "./assert-run.ts";
import { SDK_CELLS } from "./cells.ts";
import { createScene } from "./story.ts";

const DAY_MS = 86_400_000;

describe("virtual time", { concurrency: true, timeout: 60_000 }, () => {
  for (const cell of SDK_CELLS) {
    it(`a sleep of 3 days is over once the clock was advanced, and a step under way is not repeated: ${cell.name}`, async () => {
      const gate = createGate();
      const ran: string[] = [];
      await using server = await startTestServer({ mode: "dev" });
      await using app = await startTestApp({
        server,
        ...cell,
        functions: [
          {
            id: "patient",
            handler: async ({ step }) => {
              await step.run("before", () => void ran.push("before"));
              await step.sleep("three days", "3d");
              return step.run("after", () => "rested");
            },
          },
          {
            id: "busy",
            handler: ({ step }) =>
              step.run("work", async () => {
                ran.push("work");
                await gate.opened;
                return "worked";
              }),
          },
        ],
      });
      const scene = createScene(cell, server, app);
      const client = clientOf(server);
      const [patient, busy] = [await scene.send("patient"), await scene.send("busy")];
      await until("the step runs and the run sleeps", async () => {
        const answer = await fetch(`${server.url}/holdfast/v1/status`);
        const { data } = (await answer.json()) as { data: { queue: { queued: number; active: number } } };
        return ran.length === 2 && data.queue.queued === 2 && data.queue.active === 1;
      });

      const before = await client.clock();
      const after = await client.advanceClock(3 * DAY_MS);
      assert.ok(after.now - before.now >= 3 * DAY_MS && after.now - before.now < 3 * DAY_MS + 60_000);
      assert.ok(after.offsetMs >= 3 * DAY_MS && after.scale === 1);
      const rested = await scene.endOfEvent(patient);
      assertCompleted(rested, "rested");
      assert.ok(Date.parse(rested.ended_at ?? "") - Date.parse(rested.run_started_at) >= 3 * DAY_MS);
      gate.open();
      assertCompleted(await scene.endOfEvent(busy), "worked");
      assert.deepEqual(ran.toSorted(), ["before", "work"]);
    });
  }

  it("at a scale of 3600 a sleep of an hour takes a second", async () => {
    const [cell] = SDK_CELLS;
    assert.ok(cell !== undefined);
    await using server = await startTestServer({ mode: "dev", timeScale: 3600 });
    await using app = await startTestApp({
      server,
      ...cell,
      functions: [
        {
          id: "hour",
          handler: async ({ step }) => {
            await step.sleep("an hour", "1h");
            return "rested";
          },
        },
      ],
    });
    const run = await createScene(cell, server, app).run("hour");
    assertCompleted(run, "rested");
    assert.ok(Date.parse(run.ended_at ?? "") - Date.parse(run.run_started_at) >= 3_600_000);
  });

  it("POST /dev/clock takes one bounded distance ahead, and anything else moves nothing", async () => {
    await using server = await startTestServer({ mode: "dev" });
    const post = (body: unknown): Promise<Response> =>
      fetch(`${server.url}/dev/clock`, { method: "POST", body: JSON.stringify(body) });
    for (const body of [
      {},
      [],
      { advanceMs: -1 },
      { advanceMs: 0.5 },
      { advanceMs: "1" },
      { advanceMs: null },
      { advance: "-2h" },
      { advance: "soon" },
      { advance: 5 },
      { advance: "2h", advanceMs: 1 },
      { advanceMs: 1, scale: 5 },
      { advanceMs: 3653 * DAY_MS + 1 },
      { advance: "100000d" },
    ]) {
      assert.equal((await post(body)).status, 400, JSON.stringify(body));
    }
    const client = clientOf(server);
    assert.equal((await client.clock()).offsetMs, 0);
    assert.equal((await post({ advance: "2h" })).status, 200);
    assert.equal((await post({ advanceMs: 1 })).status, 200);
    assert.equal((await client.clock()).offsetMs, 7_200_001);
    // Past the year 2100 no event could be sent any more.
    let steps = 0;
    while ((await post({ advanceMs: 3653 * DAY_MS })).status === 200 && steps < 10) steps += 1;
    assert.equal(steps, Math.floor((Date.UTC(2100, 0, 1) - Date.now()) / (3653 * DAY_MS)));
  });

  it("an app that registers by itself does so in the server's time, in which its schedules begin", async () => {
    await using server = await startTestServer({ mode: "dev" });
    const { now } = await clientOf(server).advanceClock(3 * DAY_MS);
    const registration = {
      appName: "clocked",
      url: "http://127.0.0.1:9/api",
      sdk: "js:v4.24.0",
      functions: [],
    };
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(registration);
    assert.equal((await fetch(`${server.url}/fn/register`, { method: "POST", headers, body })).status, 200);
    const answer = await fetch(`${server.url}/v2/apps/clocked`);
    const { data } = (await answer.json()) as { data: { latestSync: { syncedAt: string } } };
    assert.ok(Date.parse(data.latestSync.syncedAt) >= now, data.latestSync.syncedAt);
  });

  it("a production server has no clock to move, and does not start with a pace of its own", async () => {
    await using server = await startTestServer();
    for (const ask of [clientOf(server).clock(), clientOf(server).advanceClock(1)]) {
      await assert.rejects(
        ask,
        (error) => isHoldfastError(error, "not_found") && /holdfast dev/.test(error.next),
      );
    }
    await assert.rejects(startTestServer({ timeScale: 60 }), (error) =>
      isHoldfastError(error, "config_invalid"),
    );
    await assert.rejects(startTestServer({ mode: "dev", timeScale: 0 }), (error) =>
      isHoldfastError(error, "config_invalid"),
    );
  });
});
