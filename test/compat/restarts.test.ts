import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Gate } from "../kit/gate.ts";
import { createGate } from "../kit/gate.ts";
import { startTestApp } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "./assert-run.ts";
import { SDK_CELLS } from "./cells.ts";
import { createScene } from "./story.ts";

for (const cell of SDK_CELLS) {
  describe(`server restarts: ${cell.name}`, { concurrency: true, timeout: 60_000 }, () => {
    it("a run that sleeps wakes on the server that was started on its folder", async () => {
      const ran: string[] = [];
      await using server = await startTestServer();
      await using app = await startTestApp({
        server,
        ...cell,
        functions: [
          {
            id: "sleeper",
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
          },
        ],
      });
      const scene = createScene(cell, server, app);
      const [run] = await scene.runs(await scene.send("sleeper"));
      assert.ok(run);
      await until(
        "the run sleeps",
        () => ran.includes("asleep") && app.calls("sleeper").every((call) => call.status !== 0),
      );
      await server.stop();
      assert.deepEqual(ran, ["before", "asleep"]);
      await server.start();
      assertCompleted(await scene.end(run), "rested");
      assert.deepEqual(ran, ["before", "asleep", "after"]);
    });

    it("a step whose call was cut is run again, and what the cut call reports late is not taken", async () => {
      const gates: Gate[] = [];
      await using server = await startTestServer();
      await using app = await startTestApp({
        server,
        ...cell,
        functions: [
          {
            id: "cut",
            handler: async ({ step, attempt }) => {
              const result = await step.run("long", async () => {
                const gate = createGate();
                const time = gates.push(gate);
                await gate.opened;
                return { time, attempt };
              });
              return step.run("report", () => result);
            },
          },
        ],
      });
      try {
        const scene = createScene(cell, server, app);
        const [run] = await scene.runs(await scene.send("cut"));
        assert.ok(run);
        await until("the step runs", () => gates.length === 1);
        await server.stop(0);
        await server.start();
        await until("the step runs again", () => gates.length === 2);
        gates[0]?.open();
        gates[1]?.open();
        // The cut is the server's doing: it costs the step no attempt.
        assertCompleted(await scene.end(run), { time: 2, attempt: 0 });
        assert.equal(gates.length, 2);
      } finally {
        for (const gate of gates) gate.open();
      }
    });

    it("stop() within its grace keeps the result of the step under way", async () => {
      const gate = createGate();
      const ran: string[] = [];
      await using server = await startTestServer();
      await using app = await startTestApp({
        server,
        ...cell,
        functions: [
          {
            id: "under-way",
            handler: async ({ step }) => {
              await step.run("first", async () => {
                ran.push("first");
                await gate.opened;
              });
              return step.run("second", () => {
                ran.push("second");
                return "done";
              });
            },
          },
        ],
      });
      const scene = createScene(cell, server, app);
      const [run] = await scene.runs(await scene.send("under-way"));
      assert.ok(run);
      await until("the step runs", () => ran.length === 1);
      const stopped = server.stop(10_000);
      gate.open();
      await stopped;
      await server.start();
      assertCompleted(await scene.end(run), "done");
      assert.deepEqual(ran, ["first", "second"]);
    });

    it("a run that was queued but not begun begins after the restart", async () => {
      await using server = await startTestServer({ callSlots: 1 });
      const blocker = createGate();
      const ran: string[] = [];
      await using app = await startTestApp({
        server,
        ...cell,
        functions: [
          {
            id: "queued",
            handler: async ({ event }) => {
              ran.push(String(event.data["name"]));
              if (event.data["name"] === "blocker") await blocker.opened;
              return event.data["name"];
            },
          },
        ],
      });
      try {
        const scene = createScene(cell, server, app);
        await scene.send("queued", { name: "blocker" });
        await until("the only slot is taken", () => ran.length === 1);
        const [waiting] = await scene.runs(await scene.send("queued", { name: "waiting" }));
        assert.ok(waiting);
        await server.stop(0);
        blocker.open();
        await server.start();
        assertCompleted(await scene.end(waiting), "waiting");
        assert.equal(ran.filter((name) => name === "waiting").length, 1);
      } finally {
        blocker.open();
      }
    });
  });
}
