import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isUlid } from "@holdfast/protocol";
import { clientOf } from "../kit/run-of.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");

describe(
  "8.1 and 8.2: ids of steps, and one step after the other",
  { concurrency: true, timeout: 60_000 },
  () => {
    const stage = sharedStage({ retryIntervalMs: 20 });

    it("8.1 a step's id is the SHA-1 of its name, and a repeat's that of name:n", async () => {
      await using app = await stage.app([
        {
          id: "repeats",
          handler: async ({ step }) => {
            let sum = 0;
            for (const number of [1, 2, 3]) sum += await step.run("count", () => number);
            return sum;
          },
        },
      ]);
      const run = await stage.run("repeats");
      assertCompleted(run, 6);
      const { children } = await clientOf(stage.server).trace(run.run_id);
      assert.deepEqual(
        children?.flatMap(({ stepId }) => stepId ?? []),
        [stepIdOf("count"), stepIdOf("count", 1), stepIdOf("count", 2)],
      );
      assert.ok(app.calls("repeats").length > 0);
    });

    it("8.1 ids are opaque and compared exactly", async () => {
      const ids = ["step", "Step", " step", "schritt/ä€😀", '"quoted"\n', "__proto__"];
      await using app = await stage.rawApp([
        {
          id: "opaque",
          answer: inTurn(
            ...ids.map((id, index) => opsAnswer([{ ...opOf("StepRun", "a", { data: index }), id }])),
            DONE,
          ),
        },
      ]);
      assertCompleted(await stage.run("opaque"), "done");
      const { steps, ctx } = app.calls("opaque").at(-1)?.body ?? {};
      assert.deepEqual(
        new Map(Object.entries(steps ?? {})),
        new Map(ids.map((id, index) => [id, { data: index }])),
      );
      assert.deepEqual(ctx?.stack.stack, ids);
    });

    it("8.1 a planned step is called by its id, whatever it is", async () => {
      const id = "ein Schritt/ä€😀&=#";
      await using app = await stage.rawApp([
        {
          id: "opaque-plan",
          answer: ({ stepId, body }) => {
            if (stepId === id) return opsAnswer([{ ...opOf("StepRun", "a", { data: 1 }), id }]);
            return id in body.steps ? DONE : opsAnswer([{ ...opOf("StepPlanned", "a"), id }]);
          },
        },
      ]);
      assertCompleted(await stage.run("opaque-plan"), "done");
      assert.deepEqual(
        app.calls("opaque-plan").map(({ stepId }) => stepId),
        ["step", id, "step"],
      );
    });

    it("8.2 a run begins with a call for any step, with an empty stack, and version -1", async () => {
      await using app = await stage.rawApp([{ id: "begins", answer: () => DONE }]);
      const run = await stage.run("begins");
      assertCompleted(run, "done");
      const [call] = app.calls("begins");
      assert.ok(call);
      assert.equal(call.stepId, "step");
      assert.deepEqual(call.body.steps, {});
      assert.deepEqual(call.body.ctx.stack, { stack: [], current: 0 });
      assert.equal(call.body.version, -1);
      assert.equal(call.body.ctx.run_id, run.run_id);
      assert.ok(isUlid(run.run_id));
      assert.equal(call.body.ctx.disable_immediate_execution, false);
    });

    it("8.2 one new step runs within the call that finds it, and the next call follows its result", async () => {
      const ran: string[] = [];
      await using app = await stage.app([
        {
          id: "one-by-one",
          options: { checkpointing: false },
          handler: async ({ step }) => {
            const first = await step.run("first", () => {
              ran.push("first");
              return 20;
            });
            return step.run("second", () => {
              ran.push("second");
              return first + 1;
            });
          },
        },
      ]);
      assertCompleted(await stage.run("one-by-one"), 21);
      assert.deepEqual(ran, ["first", "second"]);
      const calls = app.calls("one-by-one");
      assert.deepEqual(
        calls.map(({ query, status }) => [query.get("stepId"), status]),
        [
          ["step", 206],
          ["step", 206],
          ["step", 200],
        ],
      );
    });

    it("8.2 a pause is answered as an op, and the run is called again when it is over", async () => {
      await using app = await stage.app([
        {
          id: "pauses",
          options: { checkpointing: false },
          handler: async ({ step }) => {
            await step.sleep("nap", "1s");
            return "rested";
          },
        },
      ]);
      const before = Date.now();
      assertCompleted(await stage.run("pauses"), "rested");
      assert.ok(Date.now() - before >= 1000);
      assert.deepEqual(
        app.calls("pauses").map(({ status }) => status),
        [206, 200],
      );
    });

    it("8.2 with checkpointing the whole loop takes place within one call", async () => {
      await using app = await stage.app([
        {
          id: "in-one-call",
          handler: async ({ step }) => {
            const first = await step.run("first", () => 20);
            const second = await step.run("second", () => first + 1);
            return step.run("third", () => second + 1);
          },
        },
      ]);
      assertCompleted(await stage.run("in-one-call"), 22);
      assert.equal(app.calls("in-one-call").length, 1);
    });

    it("8.2 what finished is handed back in the order in which it finished", async () => {
      await using app = await stage.rawApp([
        {
          id: "in-order",
          answer: inTurn(
            opsAnswer([opOf("StepRun", "z", { data: 1 })]),
            opsAnswer([opOf("StepRun", "a", { data: 2 })]),
            opsAnswer([opOf("StepRun", "m", { data: 3 })]),
            DONE,
          ),
        },
      ]);
      assertCompleted(await stage.run("in-order"), "done");
      const calls = app.calls("in-order");
      assert.deepEqual(
        calls.map(({ body }) => body.ctx.stack.stack),
        [[], [stepIdOf("z")], [stepIdOf("z"), stepIdOf("a")], [stepIdOf("z"), stepIdOf("a"), stepIdOf("m")]],
      );
      assert.deepEqual(
        calls.map(({ body }) => body.version),
        [-1, 2, 2, 2],
      );
    });
  },
);
