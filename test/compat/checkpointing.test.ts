import assert from "node:assert/strict";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed } from "./assert-run.ts";
import { SDK_CELLS } from "./cells.ts";
import type { Scene, Story } from "./story.ts";
import { tellStories } from "./story.ts";

/** Twelve steps in a row, and how often each ran. */
function twelveSteps(id: string, checkpointing: unknown): { spec: FunctionSpec; ran: number[] } {
  const ran: number[] = [];
  const spec: FunctionSpec = {
    id,
    options: { checkpointing },
    handler: async ({ step }) => {
      let sum = 0;
      for (let index = 0; index < 12; index++) {
        sum += await step.run(`step ${index}`, () => {
          ran.push(index);
          return index;
        });
      }
      return sum;
    },
  };
  return { spec, ran };
}

/** Twelve steps that need so many calls and so many checkpoints. */
function inCalls(
  id: string,
  checkpointing: unknown,
  expected: { calls: number; checkpoints: number },
): Story["write"] {
  return () => {
    const { spec, ran } = twelveSteps(id, checkpointing);
    return {
      functions: [spec],
      async tell(scene) {
        const ended = await scene.run(id);
        assertCompleted(ended, 66);
        assert.deepEqual(
          ran,
          Array.from({ length: 12 }, (_, index) => index),
        );
        assert.equal(scene.app.calls(id).length, expected.calls, "calls");
        assert.equal(checkpointsOf(scene, ended.run_id), expected.checkpoints, "checkpoints");
      },
    };
  };
}

/** Checkpoints that were taken. A server that has just begun asks for the first signed ones again. */
function checkpointsOf({ app }: Scene, runId: string): number {
  return app.outgoing.filter(
    ({ method, path, status }) =>
      method === "POST" && path === `/v1/checkpoint/${runId}/async` && status !== 503,
  ).length;
}

const STORIES: readonly Story[] = [
  {
    title: "checkpointing off has a call for every step and one for the end",
    write: inCalls("off", false, { calls: 13, checkpoints: 0 }),
  },
  {
    title: "bufferedSteps 1 stores each step before the next begins, in one call",
    write: inCalls("each", { bufferedSteps: 1 }, { calls: 1, checkpoints: 12 }),
  },
  {
    title: "bufferedSteps 10 stores ten steps at once, and the rest with the end",
    write: inCalls("ten", { bufferedSteps: 10 }, { calls: 1, checkpoints: 1 }),
  },
  {
    title: "checkpointing on is bufferedSteps 1",
    write: inCalls("on", true, { calls: 1, checkpoints: 12 }),
  },
  {
    title: "maxInterval stores what is buffered long before the buffer is full",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "interval",
            options: { checkpointing: { bufferedSteps: 100, maxInterval: "100ms" } },
            handler: async ({ step }) => {
              await step.run("quick", () => {
                ran.push("quick");
              });
              const slowAt = performance.now();
              await step.run("slow", async () => {
                ran.push("slow");
                await until("the interval has passed", () => performance.now() - slowAt > 200);
              });
              await step.run("last", () => {
                ran.push("last");
              });
              return "all";
            },
          },
        ],
        async tell(scene) {
          const ended = await scene.run("interval");
          assertCompleted(ended, "all");
          assert.deepEqual(ran, ["quick", "slow", "last"]);
          assert.ok(checkpointsOf(scene, ended.run_id) > 0, "something was stored before the end");
          assert.equal(scene.app.calls("interval").length, 1);
        },
      };
    },
  },
  {
    title: "maxRuntime ends the call, and another one goes on where it ended",
    write: () => {
      const ran: number[] = [];
      return {
        functions: [
          {
            id: "runtime",
            options: { checkpointing: { maxRuntime: "200ms" } },
            handler: async ({ step }) => {
              const calledAt = performance.now();
              for (let index = 0; index < 3; index++) {
                await step.run(`step ${index}`, async () => {
                  ran.push(index);
                  await until("the call has used up its time", () => performance.now() - calledAt > 300);
                });
              }
              return "all";
            },
          },
        ],
        async tell(scene) {
          assertCompleted(await scene.run("runtime"), "all");
          assert.deepEqual(ran, [0, 1, 2]);
          assert.ok(scene.app.calls("runtime").length > 1, "the work took more than one call");
        },
      };
    },
  },
  ...[1, 10].map((bufferedSteps): Story => ({
    title: `a step that fails after checkpoints is retried alone, with bufferedSteps ${bufferedSteps}`,
    write: () => {
      const ran: string[] = [];
      const id = `fails-between-${bufferedSteps}`;
      return {
        functions: [
          {
            id,
            options: { checkpointing: { bufferedSteps } },
            handler: async ({ step, attempt }) => {
              const first = await step.run("first", () => {
                ran.push("first");
                return 1;
              });
              const second = await step.run("second", () => {
                ran.push(`second ${attempt}`);
                if (attempt < 2) throw new Error("not yet");
                return 2;
              });
              const third = await step.run("third", () => {
                ran.push("third");
                return 3;
              });
              return first + second + third;
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run(id), 6);
          assert.deepEqual(ran, ["first", "second 0", "second 1", "second 2", "third"]);
        },
      };
    },
  })),
  ...[1, 10].map((bufferedSteps): Story => ({
    title: `a sleep after checkpoints keeps what was buffered, with bufferedSteps ${bufferedSteps}`,
    // After its first call, version 3 forgets a buffer that is not full when it finds parallel steps.
    only: (cell) => cell.sdk !== "v3" || bufferedSteps === 1,
    write: () => {
      const ran: string[] = [];
      const id = `sleeps-between-${bufferedSteps}`;
      return {
        functions: [
          {
            id,
            options: { checkpointing: { bufferedSteps } },
            handler: async ({ step }) => {
              await step.run("one", () => {
                ran.push("one");
              });
              await step.run("two", () => {
                ran.push("two");
              });
              await step.sleep("nap", "1s");
              await step.run("three", () => {
                ran.push("three");
              });
              const both = await Promise.all([
                step.run("four", () => {
                  ran.push("four");
                  return 4;
                }),
                step.run("five", () => {
                  ran.push("five");
                  return 5;
                }),
              ]);
              return both;
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run(id), [4, 5]);
          assert.deepEqual(ran.slice(0, 3), ["one", "two", "three"]);
          assert.deepEqual(ran.slice(3).toSorted(), ["five", "four"]);
        },
      };
    },
  })),
  {
    title: "a function that throws after buffered steps keeps them, and fails when its attempts are used up",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "throws-buffered",
            options: { retries: 1, checkpointing: { bufferedSteps: 10 } },
            handler: async ({ step, attempt }) => {
              await step.run("kept", () => {
                ran.push("kept");
              });
              ran.push(`end ${attempt}`);
              throw new Error("in the end");
            },
          },
        ],
        async tell({ run }) {
          assertFailed(await run("throws-buffered"), "Error", /^in the end$/);
          assert.deepEqual(ran, ["kept", "end 0", "end 1"]);
        },
      };
    },
  },
];

tellStories("checkpointing", SDK_CELLS, STORIES);
