import assert from "node:assert/strict";
import { assertCompleted, assertFailed } from "./assert-run.ts";
import { CELLS } from "./cells.ts";
import type { Story } from "./story.ts";
import { tellStories } from "./story.ts";

const STORIES: readonly Story[] = [
  {
    title: "step.sleep() goes on after its time, not before, and repeats nothing",
    write: () => {
      const ran: string[] = [];
      let sleptAt = 0;
      let wokeAt = 0;
      return {
        functions: [
          {
            id: "sleep",
            handler: async ({ step }) => {
              await step.run("before", () => {
                ran.push("before");
                sleptAt = Date.now();
              });
              await step.sleep("nap", "1s");
              return step.run("after", () => {
                ran.push("after");
                wokeAt = Date.now();
                return "rested";
              });
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("sleep"), "rested");
          assert.deepEqual(ran, ["before", "after"]);
          assert.ok(wokeAt - sleptAt >= 1000, `slept ${wokeAt - sleptAt} ms`);
        },
      };
    },
  },
  {
    title: "step.sleepUntil() goes on at its date, not before",
    write: () => {
      let due = 0;
      let wokeAt = 0;
      return {
        functions: [
          {
            id: "sleep-until",
            handler: async ({ step }) => {
              due = await step.run("choose", () => Date.now() + 700);
              await step.sleepUntil("until then", new Date(due));
              wokeAt = Date.now();
              return "awake";
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("sleep-until"), "awake");
          assert.ok(wokeAt >= due, `woke ${due - wokeAt} ms early`);
        },
      };
    },
  },
  {
    title: "step.sleepUntil() a date that has passed goes on at once",
    write: () => ({
      functions: [
        {
          id: "sleep-past",
          handler: async ({ step }) => {
            await step.sleepUntil("long ago", "2001-01-01T00:00:00Z");
            return "at once";
          },
        },
      ],
      async tell({ run }) {
        assertCompleted(await run("sleep-past"), "at once");
      },
    }),
  },
  {
    title: "sleeps side by side last as long as the longest",
    write: () => {
      let startedAt = 0;
      let wokeAt = 0;
      return {
        functions: [
          {
            id: "sleep-parallel",
            handler: async ({ step }) => {
              startedAt = await step.run("start", () => Date.now());
              await Promise.all([
                step.sleep("short", "1s"),
                step.sleep("long", "3s"),
                step.sleep("also", "1s"),
              ]);
              wokeAt = Date.now();
              return "rested";
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("sleep-parallel"), "rested");
          const slept = wokeAt - startedAt;
          assert.ok(slept >= 3000, `slept ${slept} ms`);
          // One after the other they would take 5 seconds.
          assert.ok(slept < 5000, `slept ${slept} ms`);
        },
      };
    },
  },
  {
    title: "step.sleep() past a year fails the run at once, and says how long is allowed",
    write: () => ({
      functions: [
        {
          id: "sleep-too-long",
          handler: async ({ step }) => {
            await step.sleep("hibernate", "60w");
          },
        },
      ],
      async tell({ run }) {
        assertFailed(await run("sleep-too-long"), "InngestErrTimeoutTooLong", /366 days/);
      },
    }),
  },
  {
    title: "an event dated in the future starts its run then, not before",
    write: () => {
      let startedAt = 0;
      return {
        functions: [
          {
            id: "future-event",
            handler: () => {
              startedAt = Date.now();
              return "on time";
            },
          },
        ],
        async tell({ send, endOfEvent }) {
          const due = Date.now() + 1000;
          assertCompleted(await endOfEvent(await send("future-event", {}, { ts: due })), "on time");
          assert.ok(startedAt >= due, `started ${due - startedAt} ms early`);
        },
      };
    },
  },
];

tellStories("sleeps", CELLS, STORIES);
