import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionSpec } from "../kit/function-spec.ts";
import type { TestApp } from "../kit/test-app.ts";
import { startTestApp } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed } from "./assert-run.ts";
import { SDK_CELLS } from "./cells.ts";
import { createScene } from "./story.ts";

/** A function that sleeps between two steps, long enough for its app to change meanwhile. */
function sleeper(ran: string[]): FunctionSpec {
  return {
    id: "sleeper",
    options: { retries: 1 },
    handler: async ({ step }) => {
      await step.run("before", () => {
        ran.push("before");
      });
      if (!ran.includes("asleep")) ran.push("asleep");
      await step.sleep("nap", "2s");
      return step.run("after", () => {
        ran.push("after");
        return "rested";
      });
    },
  };
}

/** Resolves once the sleeper's sleep has been reported. */
async function asleep(app: TestApp, ran: readonly string[]): Promise<void> {
  await until(
    "the run sleeps",
    () => ran.includes("asleep") && app.calls("sleeper").every((call) => call.status !== 0),
  );
}

for (const cell of SDK_CELLS) {
  describe(`apps that change: ${cell.name}`, { concurrency: true, timeout: 60_000 }, () => {
    it("a run goes on at the port to which its app moved", async () => {
      const ran: string[] = [];
      await using server = await startTestServer();
      const old = await startTestApp({ server, ...cell, functions: [sleeper(ran)] });
      const scene = createScene(cell, server, old);
      const [run] = await scene.runs(await scene.send("sleeper"));
      assert.ok(run);
      await asleep(old, ran);
      await using moved = await startTestApp({ server, ...cell, functions: [sleeper(ran)] });
      await old.close();
      assert.notEqual(moved.port, old.port);
      assertCompleted(await scene.end(run), "rested");
      assert.deepEqual(ran, ["before", "asleep", "after"]);
      assert.ok(moved.calls("sleeper").length > 0);
    });

    it("a run whose function is gone from the app fails after its attempts, with what the app said", async () => {
      const ran: string[] = [];
      await using server = await startTestServer();
      const old = await startTestApp({ server, ...cell, functions: [sleeper(ran)] });
      const scene = createScene(cell, server, old);
      const [run] = await scene.runs(await scene.send("sleeper"));
      assert.ok(run);
      await asleep(old, ran);
      await old.close();
      await using next = await startTestApp({
        server,
        ...cell,
        functions: [{ id: "another", handler: () => null }],
      });
      assertFailed(await scene.end(run), "Error", /not found in this app|No function ID found/);
      assert.deepEqual(ran, ["before", "asleep"]);
      assert.equal(next.calls("sleeper").length, 2);
    });

    it("a run whose app is down fails after its attempts, and says that nobody answered", async () => {
      await using server = await startTestServer();
      const app = await startTestApp({
        server,
        ...cell,
        functions: [{ id: "gone", options: { retries: 2 }, handler: () => null }],
      });
      await app.close();
      assertFailed(await createScene(cell, server, app).run("gone"), "http_unreachable", /127\.0\.0\.1/);
    });

    it("a run whose app comes back between attempts completes there", async () => {
      await using server = await startTestServer({ retryIntervalMs: 200 });
      const functions = [{ id: "back", options: { retries: 20 }, handler: () => "here again" }];
      const app = await startTestApp({ server, ...cell, functions });
      await app.close();
      const scene = createScene(cell, server, app);
      const event = await scene.send("back");
      await using again = await startTestApp({
        server,
        ...cell,
        functions,
        port: app.port,
        register: "none",
      });
      assertCompleted(await scene.endOfEvent(event), "here again");
      assert.equal(again.calls("back").length, 1);
    });

    it("two apps that wait for the same event each have a run of their own", async () => {
      await using server = await startTestServer();
      const answering = (answer: string): FunctionSpec => ({
        id: "shared",
        triggers: [{ event: "both/go" }],
        handler: () => answer,
      });
      await using one = await startTestApp({ server, ...cell, id: "one", functions: [answering("one")] });
      await using two = await startTestApp({ server, ...cell, id: "two", functions: [answering("two")] });
      const scene = createScene(cell, server, one);
      const { ids } = await two.send({ name: "both/go", data: {} });
      assert.ok(ids[0]);
      const runs = await scene.runs(ids[0], 2);
      const outputs = (await Promise.all(runs.map(scene.end))).map((run) => String(run.output));
      assert.deepEqual(outputs.toSorted(), ["one", "two"]);
    });
  });
}
