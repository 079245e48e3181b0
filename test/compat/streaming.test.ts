import assert from "node:assert/strict";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed, errorNameIn } from "./assert-run.ts";
import { CELLS } from "./cells.ts";
import type { Story } from "./story.ts";
import { tellStories } from "./story.ts";

/** The SDKs keep a streamed answer alive with a space every 3 seconds. */
const KEEP_ALIVE_MS = 3000;

const STORIES: readonly Story[] = [
  {
    title: "a streamed answer completes the run, and every call was answered with 201",
    write: () => ({
      functions: [
        {
          id: "streamed",
          handler: async ({ step }) => {
            const first = await step.run("first", () => 20);
            const [second, third] = await Promise.all([
              step.run("second", () => first + 1),
              step.run("third", () => 1),
            ]);
            return second + third;
          },
        },
      ],
      async tell({ run, app }) {
        assertCompleted(await run("streamed"), 22);
        const calls = app.calls("streamed");
        assert.ok(calls.length > 0);
        assert.ok(calls.every((call) => call.status === 201 || call.status === 0));
      },
    }),
  },
  {
    title: "a streamed failure is retried, and its last one fails the run",
    write: () => {
      const attempts: number[] = [];
      return {
        functions: [
          {
            id: "streamed-failure",
            options: { retries: 1 },
            handler: async ({ step, attempt }) => {
              await step.run("fail", () => {
                attempts.push(attempt);
                throw new Error("streamed away");
              });
            },
          },
        ],
        async tell({ run }) {
          assertFailed(await run("streamed-failure"), "Error", /^streamed away$/);
          assert.deepEqual(attempts, [0, 1]);
        },
      };
    },
  },
  {
    title: "a streamed NonRetriableError fails the run at once",
    write: (sdk) => {
      let ran = 0;
      return {
        functions: [
          {
            id: "streamed-non-retriable",
            handler: () => {
              ran += 1;
              throw new sdk.NonRetriableError("streamed once");
            },
          },
        ],
        async tell({ run }) {
          assertFailed(
            await run("streamed-non-retriable"),
            errorNameIn(sdk, "NonRetriableError"),
            /^streamed once$/,
          );
          assert.equal(ran, 1);
        },
      };
    },
  },
  {
    title: "a streamed RetryAfterError is not retried earlier than it asked",
    write: (sdk) => {
      const at: number[] = [];
      return {
        functions: [
          {
            id: "streamed-retry-after",
            handler: () => {
              at.push(Date.now());
              if (at.length === 1) throw new sdk.RetryAfterError("later", "2s");
              return "let in";
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("streamed-retry-after"), "let in");
          const paused = Number(at[1]) - Number(at[0]);
          assert.ok(paused >= 2000, `retried after ${paused} ms`);
        },
      };
    },
  },
  {
    title: "an answer that begins with spaces to keep the connection alive is read all the same",
    write: () => ({
      functions: [
        {
          id: "streamed-slowly",
          handler: async ({ step }) =>
            step.run("wait", async () => {
              const beganAt = performance.now();
              await until(
                "the SDK has sent a space",
                () => performance.now() - beganAt > KEEP_ALIVE_MS + 300,
              );
              return "after a space";
            }),
        },
      ],
      async tell({ run }) {
        assertCompleted(await run("streamed-slowly"), "after a space");
      },
    }),
  },
];

tellStories("streaming", CELLS, STORIES, { streaming: true });
