import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { isUlid } from "@holdfast/protocol";
import { assertCompleted } from "./assert-run.ts";
import { CELLS } from "./cells.ts";
import type { Story } from "./story.ts";
import { tellStories } from "./story.ts";

const MiB = 1024 * 1024;

/** Values whose text differs between careless writers of JSON: a signature over them holds only if both sides agree. */
const ODD_VALUES: Readonly<Record<string, unknown>> = {
  zero: 0,
  no: false,
  empty: "",
  emptyList: [],
  emptyObject: {},
  large: 1e21,
  small: 1.5e-7,
  precise: 0.1 + 0.2,
  integerLikeKeys: { "10": "ten", "9": "nine", "-1": "minus one" },
  keysBeyondAscii: { é: 1, "€": 2, "😀": 3, "\u{fb33}": 4, a: 5 },
  lineSeparator: "a\u2028b\u2029c",
  controls: '\u0000\u001f\u007f"\\/',
  emoji: "👩‍👩‍👧‍👦",
  // Shapes that could be taken for the envelope a result travels in.
  looksLikeMemo: { data: { inner: true } },
  looksLikeError: { error: { name: "Error", message: "only a value" } },
  looksLikeInput: { input: [1, 2] },
  deep: { a: { b: { c: [[[{ d: null }]]] } } },
};

function reversed(text: string): string {
  return Array.from(text).toReversed().join("");
}

const STORIES: readonly Story[] = [
  {
    title: "step.run() gives its result to the function, and runs once",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "one-step",
            handler: async ({ event, step }) => {
              const greeting = await step.run("greet", () => {
                ran.push("greet");
                return `hello ${String(event.data["name"])}`;
              });
              return { greeting };
            },
          },
        ],
        async tell({ run }) {
          const ended = await run("one-step", { name: "world" });
          assertCompleted(ended, { greeting: "hello world" });
          assert.deepEqual(ran, ["greet"]);
          assert.notEqual(ended.ended_at, null);
        },
      };
    },
  },
  {
    title: "step.run() runs each of ten steps once, in order",
    write: () => {
      const ran: number[] = [];
      const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
      return {
        functions: [
          {
            id: "ten-steps",
            handler: async ({ step }) => {
              let sum = 0;
              for (const number of numbers) {
                sum += await step.run(`add ${number}`, () => {
                  ran.push(number);
                  return number;
                });
              }
              return sum;
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("ten-steps"), 55);
          assert.deepEqual(ran, numbers);
        },
      };
    },
  },
  {
    title: "step.run() tells two hundred steps of one name apart",
    write: () => {
      let ran = 0;
      return {
        functions: [
          {
            id: "many-steps",
            handler: async ({ step }) => {
              let sum = 0;
              for (let index = 0; index < 200; index++) {
                sum += await step.run("count", () => {
                  ran += 1;
                  return index;
                });
              }
              return sum;
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("many-steps"), 19_900);
          assert.equal(ran, 200);
        },
      };
    },
  },
  {
    title: "step.run() keeps null, and keeps undefined as null",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "nothing-steps",
            // Every step but the last is seen again as a memo: without checkpoints each has a call of its own.
            options: { checkpointing: false },
            handler: async ({ step }) => {
              const nothing = await step.run("nothing", () => {
                ran.push("nothing");
              });
              const none = await step.run("none", () => {
                ran.push("none");
                return null;
              });
              await step.run("last", () => {
                ran.push("last");
              });
              return { nothing: nothing ?? "missing", none: none ?? "missing" };
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("nothing-steps"), { nothing: "missing", none: "missing" });
          assert.deepEqual(ran, ["nothing", "none", "last"]);
        },
      };
    },
  },
  {
    title: "a function that returns undefined completes with null",
    write: () => ({
      functions: [{ id: "undefined-function", handler: () => undefined }],
      async tell({ run }) {
        assertCompleted(await run("undefined-function"), null);
      },
    }),
  },
  {
    title: "a function that returns null completes with null",
    write: () => ({
      functions: [{ id: "null-function", handler: () => null }],
      async tell({ run }) {
        assertCompleted(await run("null-function"), null);
      },
    }),
  },
  {
    title: "values that are hard to write the same way twice survive event, memo and output",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "odd-values",
            options: { checkpointing: false },
            handler: async ({ event, step }) => {
              const stored: Record<string, unknown> = {};
              for (const [name, value] of Object.entries(event.data)) {
                stored[name] = await step.run(name, () => {
                  ran.push(name);
                  return value;
                });
              }
              return stored;
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("odd-values", ODD_VALUES), ODD_VALUES);
          // The order of RFC 8785, by UTF-16 code units, is that of the default sort.
          assert.deepEqual(ran, Object.keys(ODD_VALUES).toSorted());
        },
      };
    },
  },
  {
    title: "an event of 1 MiB and a step result of 1 MiB arrive whole",
    write: (_sdk, cell) => {
      // Version 3 on node decodes a body chunk by chunk, which breaks a character whose bytes arrive in two of them.
      const line = cell.name === "v3 on node" ? "The quick brown fox jumps. " : "The quick brown føx jumps. ";
      const text = line.repeat(Math.ceil(MiB / 27));
      const hash = (value: unknown): string => createHash("sha256").update(String(value)).digest("hex");
      return {
        functions: [
          {
            id: "large-values",
            options: { checkpointing: false },
            handler: async ({ event, step }) => {
              const result = await step.run("reverse", () => reversed(String(event.data["text"])));
              const eventHash = await step.run("hash event", () => hash(event.data["text"]));
              return { eventHash, resultHash: hash(result) };
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("large-values", { text }), {
            eventHash: hash(text),
            resultHash: hash(reversed(text)),
          });
        },
      };
    },
  },
  {
    title: "a run whose state passes 4 MiB goes on: the app fetches what no longer fits into a call",
    write: () => {
      const ran: number[] = [];
      return {
        functions: [
          {
            id: "large-state",
            handler: async ({ step }) => {
              const chunks: string[] = [];
              for (let index = 0; index < 5; index++) {
                chunks.push(
                  await step.run(`chunk ${index}`, () => {
                    ran.push(index);
                    return String(index).repeat(MiB - 64);
                  }),
                );
              }
              // Parallel steps have calls of their own in every version, so the state must be read again.
              const lengths = await Promise.all([
                step.run("count", () => chunks.length),
                step.run("measure", () => chunks.reduce((sum, chunk) => sum + chunk.length, 0)),
              ]);
              return { lengths, firsts: chunks.map((chunk) => chunk[0]).join("") };
            },
          },
        ],
        async tell({ run, app }) {
          const ended = await run("large-state");
          assertCompleted(ended, { lengths: [5, 5 * (MiB - 64)], firsts: "01234" });
          assert.deepEqual(ran, [0, 1, 2, 3, 4]);
          const paths = new Set(app.outgoing.map((request) => request.path));
          assert.ok(paths.has(`/v0/runs/${ended.run_id}/actions`), "the steps were fetched");
          assert.ok(paths.has(`/v0/runs/${ended.run_id}/batch`), "the events were fetched");
        },
      };
    },
  },
  {
    title: "the context names run, attempt and event",
    write: () => {
      const seen: unknown[] = [];
      return {
        functions: [
          {
            id: "context",
            options: { retries: 7 },
            handler: ({ runId, attempt, maxAttempts, event, events }) => {
              seen.push({ attempt, maxAttempts, event, events });
              return runId;
            },
          },
        ],
        async tell({ send, runs, end }) {
          const sentAt = Date.now();
          const id = await send("context", { a: 1 }, { ts: sentAt, v: "2", user: { plan: "free" } });
          const [run] = await runs(id);
          assert.ok(run);
          assert.ok(isUlid(run.run_id));
          assertCompleted(await end(run), run.run_id);
          const event = {
            name: "context/go",
            data: { a: 1 },
            id,
            ts: sentAt,
            v: "2",
            user: { plan: "free" },
          };
          assert.deepEqual(seen, [{ attempt: 0, maxAttempts: 8, event, events: [event] }]);
        },
      };
    },
  },
  {
    title: "the context names job and request: one job over all attempts, one request each",
    only: (cell) => cell.sdk !== "v3",
    write: () => {
      const jobs: unknown[] = [];
      const requests: unknown[] = [];
      return {
        functions: [
          {
            id: "context-ids",
            handler: ({ jobId, requestId, attempt }) => {
              jobs.push(jobId);
              requests.push(requestId);
              if (attempt < 1) throw new Error("once more");
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("context-ids"), null);
          assert.equal(jobs.length, 2);
          assert.equal(typeof jobs[0], "string");
          assert.equal(jobs[1], jobs[0]);
          assert.ok(requests.every((request) => typeof request === "string" && isUlid(request)));
          assert.notEqual(requests[0], requests[1]);
        },
      };
    },
  },
];

tellStories("steps", CELLS, STORIES);
