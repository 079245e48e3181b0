import assert from "node:assert/strict";
import { assertCompleted, assertFailed, errorNameIn } from "./assert-run.ts";
import { CELLS } from "./cells.ts";
import type { Story } from "./story.ts";
import { tellStories } from "./story.ts";

const STORIES: readonly Story[] = [
  {
    title: "a step that fails twice is tried a third time, and the next step begins with attempt 0",
    write: () => {
      const attempts: number[] = [];
      const attemptsOfNext: number[] = [];
      return {
        functions: [
          {
            id: "fails-twice",
            handler: async ({ step, attempt }) => {
              const value = await step.run("flaky", () => {
                attempts.push(attempt);
                if (attempt < 2) throw new Error(`failure ${attempt}`);
                return "made it";
              });
              await step.run("next", () => {
                attemptsOfNext.push(attempt);
              });
              return value;
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("fails-twice"), "made it");
          assert.deepEqual(attempts, [0, 1, 2]);
          assert.deepEqual(attemptsOfNext, [0]);
        },
      };
    },
  },
  {
    title: "a step that never succeeds fails the run with its error, after every attempt",
    write: (sdk) => {
      const attempts: unknown[] = [];
      class PaymentDeclined extends Error {
        override readonly name = "PaymentDeclined";
      }
      return {
        functions: [
          {
            id: "always-fails",
            options: { retries: 2 },
            handler: async ({ step, attempt, maxAttempts }) => {
              await step.run("charge", () => {
                attempts.push({ attempt, maxAttempts });
                throw new PaymentDeclined(`declined on attempt ${attempt}`);
              });
            },
          },
        ],
        async tell({ run }) {
          const error = assertFailed(
            await run("always-fails"),
            errorNameIn(sdk, "PaymentDeclined"),
            /^declined on attempt 2$/,
          );
          assert.match(String(error["stack"]), /PaymentDeclined|declined on attempt 2/);
          assert.deepEqual(attempts, [
            { attempt: 0, maxAttempts: 3 },
            { attempt: 1, maxAttempts: 3 },
            { attempt: 2, maxAttempts: 3 },
          ]);
        },
      };
    },
  },
  {
    title: "a function without retries has one attempt",
    write: () => {
      const attempts: number[] = [];
      return {
        functions: [
          {
            id: "no-retries",
            options: { retries: 0 },
            handler: async ({ step, attempt }) => {
              await step.run("once", () => {
                attempts.push(attempt);
                throw new Error("once is enough");
              });
            },
          },
        ],
        async tell({ run }) {
          assertFailed(await run("no-retries"), "Error", /^once is enough$/);
          assert.deepEqual(attempts, [0]);
        },
      };
    },
  },
  {
    title: "a function that says nothing about retries has as many attempts as its SDK promises",
    write: ({ version }) => {
      // Our own SDK says so itself: three retries. The official one leaves it to the server, which has four.
      const attemptsCount = version === "own" ? 4 : 5;
      const attempts: number[] = [];
      return {
        functions: [
          {
            id: "default-retries",
            handler: ({ attempt }) => {
              attempts.push(attempt);
              throw new TypeError("no such thing");
            },
          },
        ],
        async tell({ run }) {
          assertFailed(await run("default-retries"), "TypeError", /^no such thing$/);
          assert.deepEqual(attempts, [0, 1, 2, 3, 4].slice(0, attemptsCount));
        },
      };
    },
  },
  {
    title: "a step's error that is caught lets the function go on",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "caught",
            options: { retries: 1 },
            handler: async ({ step, attempt }) => {
              let caught = "";
              try {
                await step.run("hopeless", () => {
                  ran.push(`hopeless ${attempt}`);
                  throw new RangeError("out of range");
                });
              } catch (error) {
                assert.ok(error instanceof Error);
                caught = `${error.name}: ${error.message}`;
              }
              return step.run("compensate", () => {
                ran.push("compensate");
                return caught;
              });
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("caught"), "RangeError: out of range");
          assert.deepEqual(ran, ["hopeless 0", "hopeless 1", "compensate"]);
        },
      };
    },
  },
  {
    title: "NonRetriableError in a step fails the run at once",
    write: (sdk) => {
      let ran = 0;
      return {
        functions: [
          {
            id: "non-retriable-step",
            handler: async ({ step }) => {
              await step.run("refuse", () => {
                ran += 1;
                throw new sdk.NonRetriableError("no use", { cause: new Error("a broken card") });
              });
            },
          },
        ],
        async tell({ run }) {
          const error = assertFailed(
            await run("non-retriable-step"),
            errorNameIn(sdk, "NonRetriableError"),
            /^no use$/,
          );
          assert.match(JSON.stringify(error["cause"]), /a broken card/);
          assert.equal(ran, 1);
        },
      };
    },
  },
  {
    title: "NonRetriableError thrown by the function fails the run at once",
    write: (sdk) => {
      let ran = 0;
      return {
        functions: [
          {
            id: "non-retriable-function",
            handler: () => {
              ran += 1;
              throw new sdk.NonRetriableError("not today");
            },
          },
        ],
        async tell({ run }) {
          assertFailed(
            await run("non-retriable-function"),
            errorNameIn(sdk, "NonRetriableError"),
            /^not today$/,
          );
          assert.equal(ran, 1);
        },
      };
    },
  },
  {
    title: "RetryAfterError in a step is not retried earlier than it asked",
    write: (sdk) => {
      const at: number[] = [];
      return {
        functions: [
          {
            id: "retry-after-step",
            handler: async ({ step }) =>
              step.run("limited", () => {
                at.push(Date.now());
                if (at.length === 1) throw new sdk.RetryAfterError("slow down", "2s");
                return "let in";
              }),
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("retry-after-step"), "let in");
          assert.equal(at.length, 2);
          assertPause(at, 2000);
        },
      };
    },
  },
  {
    title: "RetryAfterError thrown by the function is not retried before its date",
    write: (sdk) => {
      const at: number[] = [];
      let askedAt = 0;
      return {
        functions: [
          {
            id: "retry-after-function",
            handler: () => {
              at.push(Date.now());
              if (at.length > 1) return "let in";
              askedAt = Date.now() + 1500;
              throw new sdk.RetryAfterError("come back later", new Date(askedAt));
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("retry-after-function"), "let in");
          assert.equal(at.length, 2);
          assert.ok(Number(at[1]) >= askedAt, `retried ${askedAt - Number(at[1])} ms before its date`);
        },
      };
    },
  },
  {
    title: "a function that throws is tried again, without repeating its finished steps",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "throws-late",
            handler: async ({ step, attempt }) => {
              const value = await step.run("work", () => {
                ran.push("work");
                return 42;
              });
              ran.push(`end ${attempt}`);
              if (attempt < 2) throw new Error("at the very end");
              return value;
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("throws-late"), 42);
          assert.deepEqual(ran, ["work", "end 0", "end 1", "end 2"]);
        },
      };
    },
  },
];

/** The second instant is at least so much later than the first. */
function assertPause(at: readonly number[], ms: number): void {
  const paused = Number(at[1]) - Number(at[0]);
  assert.ok(paused >= ms, `retried after ${paused} ms, asked for ${ms}`);
}

tellStories("retries", CELLS, STORIES);
