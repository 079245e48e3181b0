import assert from "node:assert/strict";
import type { FunctionContext } from "../kit/function-spec.ts";
import { createGate } from "../kit/gate.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "./assert-run.ts";
import type { Cell } from "./cells.ts";
import { CELLS } from "./cells.ts";
import type { Story } from "./story.ts";
import { tellStories } from "./story.ts";

/**
 * Parallel steps as every version must run them: all at once, each once, the function going on when all are done.
 * `options` choose between the two ways in which an SDK and a server agree on who is called when (protocol 8.4).
 */
function allAtOnce(id: string, options: Readonly<Record<string, unknown>>): Story["write"] {
  return () => {
    const ran: string[] = [];
    const everybodyIn = createGate();
    const meet = async (name: string): Promise<string> => {
      ran.push(name);
      if (ran.length === 3) everybodyIn.open();
      await everybodyIn.opened;
      return name.toUpperCase();
    };
    return {
      functions: [
        {
          id,
          options,
          handler: async ({ step }) => {
            const letters = await Promise.all(
              ["a", "b", "c"].map((name) => step.run(name, () => meet(name))),
            );
            const word = await step.run("join", () => {
              ran.push("join");
              return letters.join("");
            });
            return step.run("finish", () => {
              ran.push("finish");
              return `${word}!`;
            });
          },
        },
      ],
      async tell({ run }) {
        assertCompleted(await run(id), "ABC!");
        assert.deepEqual(ran.slice(0, 3).toSorted(), ["a", "b", "c"]);
        assert.deepEqual(ran.slice(3), ["join", "finish"]);
      },
    };
  };
}

/** A race whose loser is still running while the function goes on, for more than one step. */
function raceEndsEarly(
  id: string,
  options: Readonly<Record<string, unknown>>,
  race: (
    context: FunctionContext,
    fast: () => Promise<string>,
    slow: () => Promise<string>,
  ) => Promise<string>,
): Story["write"] {
  return () => {
    const ran: string[] = [];
    const slowBegan = createGate();
    const slowMayEnd = createGate();
    return {
      functions: [
        {
          id,
          options,
          handler: async (context) => {
            const { step } = context;
            const winner = await race(
              context,
              () =>
                step.run("fast", async () => {
                  await slowBegan.opened;
                  ran.push("fast");
                  return "fast";
                }),
              () =>
                step.run("slow", async () => {
                  ran.push("slow");
                  slowBegan.open();
                  await slowMayEnd.opened;
                  return "slow";
                }),
            );
            await step.run("after", () => {
              ran.push("after");
            });
            return step.run("later", () => {
              ran.push("later");
              return `${winner} won`;
            });
          },
        },
      ],
      async tell({ send, endOfEvent }) {
        try {
          const event = await send(id);
          await until("the function went on", () => ran.includes("later"), { timeoutMs: 15_000 });
          assert.deepEqual(ran, ["slow", "fast", "after", "later"]);
          // Version 4 does not end a function before every step it began; version 3 does.
          slowMayEnd.open();
          assertCompleted(await endOfEvent(event), "fast won");
          assert.deepEqual(ran, ["slow", "fast", "after", "later"]);
        } finally {
          slowMayEnd.open();
        }
      },
    };
  };
}

/** Our own SDK has the mode of a group for it, and no option. */
function hasTheOption(cell: Cell): boolean {
  return cell.sdk !== "own";
}

const STORIES: readonly Story[] = [
  {
    title: "Promise.all() runs its steps at once, each once, and goes on when all are done",
    write: allAtOnce("all", {}),
  },
  {
    title: "Promise.all() does so with optimizeParallelism on",
    only: hasTheOption,
    write: allAtOnce("all-optimized", { optimizeParallelism: true }),
  },
  {
    title: "Promise.all() does so with optimizeParallelism off",
    only: hasTheOption,
    write: allAtOnce("all-plain", { optimizeParallelism: false }),
  },
  {
    title: "Promise.race() gives the first result, and waits for the others, with optimizeParallelism on",
    only: hasTheOption,
    write: () => {
      const ran: string[] = [];
      const slowMayEnd = createGate();
      return {
        functions: [
          {
            id: "race-waits",
            options: { optimizeParallelism: true },
            handler: async ({ step }) => {
              const winner = await Promise.race([
                step.run("slow", async () => {
                  await slowMayEnd.opened;
                  ran.push("slow");
                  return "slow";
                }),
                step.run("fast", () => {
                  ran.push("fast");
                  slowMayEnd.open();
                  return "fast";
                }),
              ]);
              return step.run("after", () => {
                ran.push("after");
                return `${winner} won`;
              });
            },
          },
        ],
        async tell({ run }) {
          const ended = await run("race-waits");
          assert.equal(ended.status, "Completed");
          // Both results may arrive together; either may be remembered first. What counts is that nothing ran twice.
          assert.match(String(ended.output), /^(?:fast|slow) won$/);
          assert.deepEqual(ran, ["fast", "slow", "after"]);
        },
      };
    },
  },
  {
    title: "Promise.race() goes on while the loser runs, with optimizeParallelism off",
    only: hasTheOption,
    write: raceEndsEarly("race-early", { optimizeParallelism: false }, (_context, fast, slow) =>
      Promise.race([slow(), fast()]),
    ),
  },
  {
    title: "group.parallel() in race mode goes on while the loser runs",
    only: (cell) => cell.sdk !== "v3",
    write: raceEndsEarly("race-group", {}, ({ group }, fast, slow) =>
      group.parallel({ mode: "race" }, () => Promise.race([slow(), fast()])),
    ),
  },
  {
    title: "chains of steps side by side each keep their own order",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "chains",
            handler: async ({ step }) => {
              const chain = async (name: string): Promise<string> => {
                let text = name;
                for (const part of ["1", "2", "3"]) {
                  const before = text;
                  text = await step.run(`${name}${part}`, () => {
                    ran.push(`${name}${part}`);
                    return before + part;
                  });
                }
                return text;
              };
              return Promise.all([chain("a"), chain("b")]);
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("chains"), ["a123", "b123"]);
          assert.equal(ran.length, 6);
          assert.deepEqual(
            ran.filter((name) => name.startsWith("a")),
            ["a1", "a2", "a3"],
          );
          assert.deepEqual(
            ran.filter((name) => name.startsWith("b")),
            ["b1", "b2", "b3"],
          );
        },
      };
    },
  },
  {
    title: "a step that fails beside others is retried alone, and its end can be caught",
    write: (sdk) => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "settled",
            handler: async ({ step, attempt }) => {
              const results = await Promise.allSettled([
                step.run("good", () => {
                  ran.push("good");
                  return 1;
                }),
                step.run("late", () => {
                  ran.push(`late ${attempt}`);
                  if (attempt === 0) throw new Error("not yet");
                  return 2;
                }),
                step.run("bad", () => {
                  ran.push("bad");
                  throw new sdk.NonRetriableError("never");
                }),
              ]);
              return results.map((result) =>
                // The reason is the step's error.
                result.status === "fulfilled" ? result.value : (result.reason as Error).message,
              );
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("settled"), [1, 2, "never"]);
          assert.deepEqual(ran.toSorted(), ["bad", "good", "late 0", "late 1"]);
        },
      };
    },
  },
  {
    title: "a sleep beside steps ends on its own",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "sleep-beside",
            handler: async ({ step }) => {
              const [, first] = await Promise.all([
                step.sleep("nap", "1s"),
                step.run("work", () => {
                  ran.push("work");
                  return "worked";
                }),
              ]);
              return step.run("after", () => {
                ran.push("after");
                return first;
              });
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("sleep-beside"), "worked");
          assert.deepEqual(ran, ["work", "after"]);
        },
      };
    },
  },
  {
    title: "fifty steps at once all come back",
    write: () => {
      const ran = new Map<number, number>();
      const numbers = Array.from({ length: 50 }, (_, index) => index);
      return {
        functions: [
          {
            id: "fifty",
            handler: async ({ step }) => {
              const values = await Promise.all(
                numbers.map((number) =>
                  step.run(`square ${number}`, () => {
                    ran.set(number, (ran.get(number) ?? 0) + 1);
                    return number * number;
                  }),
                ),
              );
              return values.reduce((sum, value) => sum + value, 0);
            },
          },
        ],
        async tell({ run }) {
          assertCompleted(await run("fifty"), 40_425);
          assert.deepEqual(
            [...ran.values()],
            numbers.map(() => 1),
          );
        },
      };
    },
  },
];

tellStories("parallel steps", CELLS, STORIES);
