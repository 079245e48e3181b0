import type { FunctionSpec, Sdk } from "../kit/function-spec.ts";
import { eventOf } from "../kit/function-spec.ts";

/** What happens from outside while a run is under way. */
export type JournalAct =
  | { readonly kind: "event"; readonly name: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: "signal"; readonly name: string; readonly data: unknown };

/** A function that two SDKs run, and whose journals must be one journal. */
export interface JournalStory {
  /** Of the function that is started. */
  readonly id: string;
  readonly title: string;
  /** `free` where steps run side by side, so that nobody promises which ends first. */
  readonly order: "fixed" | "free";
  readonly data?: Readonly<Record<string, unknown>>;
  /** Once the run waits. */
  readonly act?: JournalAct;
  /** A further function whose run the story causes, and whose journal must be the same too. */
  readonly causes?: string;
  readonly write: (sdk: Sdk) => readonly FunctionSpec[];
}

/** Said of every function: the SDKs differ in what they do when nothing is said. */
const RETRIES = { retries: 2 };
const NO_RETRIES = { retries: 0 };

/** Larger than what one call is usually made of, and different throughout. */
function largeText(): string {
  return Array.from({ length: 40_000 }, (_, index) => `${index};`).join("");
}

export const JOURNAL_STORIES: readonly JournalStory[] = [
  {
    id: "sequence",
    title: "steps one after another, with names, inputs and results of every kind",
    order: "fixed",
    write: () => [
      {
        id: "sequence",
        options: RETRIES,
        handler: async ({ event, step }) => {
          const first = await step.run("first", () => ({ said: event.data["word"], list: [1, "2", null] }));
          const second = await step.run({ id: "second", name: "The second" }, () => [first, true, 1.5]);
          const third = await step.run(
            "third",
            (left: unknown, right: number) => ({ left, right }),
            second[1],
            7,
          );
          return { first, second, third };
        },
      },
    ],
    data: { word: "hello" },
  },
  {
    id: "nothing",
    title: "results that are nothing",
    order: "fixed",
    write: () => [
      {
        id: "nothing",
        options: RETRIES,
        handler: async ({ step }) => {
          const none = await step.run("none", () => undefined);
          const nil = await step.run("nil", () => null);
          const empty = await step.run("empty", () => ({ gone: undefined, kept: null, list: [undefined] }));
          await step.run("says", () => ({ none: none === undefined, nil: nil === null, empty }));
        },
      },
    ],
  },
  {
    id: "json",
    title: "results that JSON changes",
    order: "fixed",
    write: () => [
      {
        id: "json",
        options: RETRIES,
        handler: async ({ step }) => {
          const date = await step.run("date", () => ({ at: new Date("2020-01-02T03:04:05Z") }));
          const odd = await step.run("odd", () => ({ map: new Map([[1, 2]]), nan: Number.NaN, zero: -0 }));
          return [date, odd, typeof date.at];
        },
      },
    ],
  },
  {
    id: "large",
    title: "a large result",
    order: "fixed",
    write: () => [
      {
        id: "large",
        options: RETRIES,
        handler: async ({ step }) => {
          const text = await step.run("large", largeText);
          return step.run("length", () => text.length);
        },
      },
    ],
  },
  {
    id: "loops",
    title: "one id again and again, and ids that look like repeats",
    order: "fixed",
    write: () => [
      {
        id: "loops",
        options: RETRIES,
        handler: async ({ step }) => {
          const seen: unknown[] = [];
          for (let index = 0; index < 4; index += 1) seen.push(await step.run("same", () => index));
          for (const id of ["other:1", "other", "other"]) seen.push(await step.run(id, () => id));
          return seen;
        },
      },
    ],
  },
  {
    id: "nested",
    title: "steps in functions that call functions, with other work between them",
    order: "fixed",
    write: () => [
      {
        id: "nested",
        options: RETRIES,
        handler: async ({ step }) => {
          const inner = async (depth: number): Promise<number> => {
            await Promise.resolve();
            const value = await step.run(`depth ${depth}`, async () => {
              await Promise.resolve();
              return depth;
            });
            return depth === 0 ? value : value + (await inner(depth - 1));
          };
          return inner(3);
        },
      },
    ],
  },
  {
    id: "parallel",
    title: "steps side by side, and one after them",
    order: "free",
    write: () => [
      {
        id: "parallel",
        options: RETRIES,
        handler: async ({ step }) => {
          const all = await Promise.all(["a", "b", "c"].map((id) => step.run(id, () => id.toUpperCase())));
          return step.run("join", () => all.join(""));
        },
      },
    ],
  },
  {
    id: "chains",
    title: "chains of steps side by side",
    order: "free",
    write: () => [
      {
        id: "chains",
        options: RETRIES,
        handler: async ({ step }) => {
          const chain = async (name: string): Promise<string> => {
            const first = await step.run(`${name}1`, () => name);
            return step.run(`${name}2`, () => `${first}${first}`);
          };
          return Promise.all([chain("x"), chain("y")]);
        },
      },
    ],
  },
  {
    id: "race",
    title: "a race that a step wins over a wait",
    order: "free",
    write: () => [
      {
        id: "race",
        options: RETRIES,
        handler: async ({ group, step }) => {
          const winner = await group.parallel({ mode: "race" }, () =>
            Promise.race([step.run("quick", () => "quick"), step.sleep("slow", "2s").then(() => "slow")]),
          );
          return step.run("after", () => `${winner} won`);
        },
      },
    ],
  },
  {
    id: "retried",
    title: "a step that fails twice and then does not",
    order: "fixed",
    write: () => {
      let failures = 0;
      return [
        {
          id: "retried",
          options: RETRIES,
          handler: async ({ step }) => {
            const value = await step.run("flaky", () => {
              failures += 1;
              if (failures < 3) throw new TypeError(`failure ${failures}`);
              return failures;
            });
            return step.run("next", () => value + 1);
          },
        },
      ];
    },
  },
  {
    id: "caught",
    title: "a step that fails for good, and is caught with its cause",
    order: "fixed",
    write: () => [
      {
        id: "caught",
        options: { retries: 1 },
        handler: async ({ step }) => {
          try {
            await step.run("hopeless", () => {
              throw new RangeError("out of range", { cause: new TypeError("of another type") });
            });
          } catch (error) {
            return step.run("caught", () =>
              error instanceof Error ? [error.message, error.cause instanceof Error] : null,
            );
          }
          return "not caught";
        },
      },
    ],
  },
  {
    id: "uncaught",
    title: "a step that fails for good, and ends the run",
    order: "fixed",
    write: () => [
      {
        id: "uncaught",
        options: { retries: 1 },
        handler: async ({ step }) => {
          await step.run("fine", () => 1);
          await step.run("hopeless", () => {
            throw new SyntaxError("cannot be read");
          });
        },
      },
    ],
  },
  {
    id: "own-class",
    title: "an error of the app's own class",
    order: "fixed",
    write: () => [
      {
        id: "own-class",
        options: NO_RETRIES,
        handler: async ({ step }) => {
          class Declined extends Error {
            override readonly name = "Declined";
            readonly amount = 5;
          }
          await step.run("charge", () => {
            throw new Declined("card declined");
          });
        },
      },
    ],
  },
  {
    id: "odd-throws",
    title: "something thrown that is no error",
    order: "fixed",
    write: () => [
      {
        id: "odd-throws",
        options: NO_RETRIES,
        handler: async ({ step }) => {
          const caught: unknown[] = [];
          for (const thrown of ["a text", { message: "an object" }]) {
            try {
              await step.run("throws", () => {
                // oxlint-disable-next-line typescript/only-throw-error
                throw thrown;
              });
            } catch (error) {
              caught.push(error instanceof Error ? error.message : null);
            }
          }
          return caught;
        },
      },
    ],
  },
  {
    id: "throws",
    title: "a function that throws outside of steps, and then does not",
    order: "fixed",
    write: () => {
      let calls = 0;
      return [
        {
          id: "throws",
          options: RETRIES,
          handler: async ({ step }) => {
            const value = await step.run("work", () => "worked");
            calls += 1;
            if (calls < 3) throw new Error(`end ${calls}`);
            return value;
          },
        },
      ];
    },
  },
  {
    id: "throws-for-good",
    title: "a function that throws until its attempts are used up",
    order: "fixed",
    write: () => [
      {
        id: "throws-for-good",
        options: { retries: 1 },
        handler: () => {
          throw new TypeError("not even one step");
        },
      },
    ],
  },
  {
    id: "no-retry-step",
    title: "NonRetriableError in a step",
    order: "fixed",
    write: (sdk) => [
      {
        id: "no-retry-step",
        options: RETRIES,
        handler: async ({ step }) => {
          await step.run("refuses", () => {
            throw new sdk.NonRetriableError("once is enough", { cause: new Error("the cause") });
          });
        },
      },
    ],
  },
  {
    id: "no-retry-function",
    title: "NonRetriableError thrown by the function",
    order: "fixed",
    write: (sdk) => [
      {
        id: "no-retry-function",
        options: RETRIES,
        handler: async ({ step }) => {
          await step.run("before", () => 1);
          throw new sdk.NonRetriableError("no further");
        },
      },
    ],
  },
  {
    id: "retry-after",
    title: "RetryAfterError in a step",
    order: "fixed",
    write: (sdk) => {
      let calls = 0;
      return [
        {
          id: "retry-after",
          options: RETRIES,
          handler: ({ step }) =>
            step.run("later", () => {
              calls += 1;
              if (calls === 1) throw new sdk.RetryAfterError("come back", "1s");
              return "let in";
            }),
        },
      ];
    },
  },
  {
    id: "sleeps",
    title: "a sleep, and a sleep until a date",
    order: "fixed",
    write: () => [
      {
        id: "sleeps",
        options: RETRIES,
        handler: async ({ step }) => {
          await step.run("before", () => 1);
          await step.sleep("for a second", "1s");
          await step.sleepUntil("until long ago", new Date("2020-01-01T00:00:00Z"));
          return step.run("after", () => 2);
        },
      },
    ],
  },
  {
    id: "sleep-beside",
    title: "a sleep beside a step",
    order: "free",
    write: () => [
      {
        id: "sleep-beside",
        options: RETRIES,
        handler: async ({ step }) => {
          const [value] = await Promise.all([step.run("work", () => "worked"), step.sleep("nap", "1s")]);
          return step.run("after", () => value);
        },
      },
    ],
  },
  {
    id: "event-comes",
    title: "a wait for an event that comes",
    order: "fixed",
    data: { id: 7 },
    act: { kind: "event", name: "journal/paid", data: { id: 7, amount: 3 } },
    write: () => [
      {
        id: "event-comes",
        options: RETRIES,
        handler: async ({ step }) => {
          const event = await step.waitForEvent("paid", {
            event: "journal/paid",
            timeout: "1h",
            if: "event.data.id == async.data.id",
          });
          // Which members an event has is the server's business; the SDKs must hand the same ones on.
          return step.run("says", () => event);
        },
      },
    ],
  },
  {
    id: "event-does-not-come",
    title: "a wait for an event that does not come",
    order: "fixed",
    write: () => [
      {
        id: "event-does-not-come",
        options: RETRIES,
        handler: async ({ step }) => {
          const event = await step.waitForEvent("paid", { event: "journal/never", timeout: "1s" });
          return step.run("says", () => event);
        },
      },
    ],
  },
  {
    id: "signal",
    title: "a signal that comes, and one that does not",
    order: "fixed",
    act: { kind: "signal", name: "journal-signal", data: { word: "go" } },
    write: () => [
      {
        id: "signal",
        options: RETRIES,
        handler: async ({ step }) => {
          const came = await step.waitForSignal("come", {
            signal: "journal-signal",
            timeout: "1h",
            onConflict: "fail",
          });
          const missed = await step.waitForSignal("miss", {
            signal: "journal-no-signal",
            timeout: "1s",
            onConflict: "replace",
          });
          return step.run("says", () => [came, missed]);
        },
      },
    ],
  },
  {
    id: "invokes",
    title: "another function's result",
    order: "fixed",
    causes: "invoked",
    write: (sdk) => [
      {
        id: "invokes",
        options: RETRIES,
        handler: async ({ step }) => {
          const doubled = await step.invoke("double", {
            function: sdk.referenceFunction({ functionId: "invoked" }),
            data: { n: 21 },
          });
          return step.run("says", () => doubled);
        },
      },
      {
        id: "invoked",
        options: RETRIES,
        handler: ({ event, step }) => step.run("double", () => Number(event.data["n"]) * 2),
      },
    ],
  },
  {
    id: "invokes-in-vain",
    title: "another function's failure",
    order: "fixed",
    causes: "invoked-in-vain",
    write: (sdk) => [
      {
        id: "invokes-in-vain",
        options: RETRIES,
        handler: async ({ step }) => {
          try {
            return await step.invoke("fail", {
              function: sdk.referenceFunction({ functionId: "invoked-in-vain" }),
              data: {},
            });
          } catch (error) {
            return step.run("caught", () => (error instanceof Error ? error.message : null));
          }
        },
      },
      {
        id: "invoked-in-vain",
        options: NO_RETRIES,
        handler: () => {
          throw new RangeError("less than nothing");
        },
      },
    ],
  },
  {
    id: "sends",
    title: "events that a step sends, and what they start",
    order: "fixed",
    causes: "sent-to",
    write: () => [
      {
        id: "sends",
        options: RETRIES,
        handler: async ({ step }) => {
          const { ids } = await step.sendEvent("one", { name: eventOf("sent-to"), data: { n: 1 } });
          const { ids: more } = await step.sendEvent("two", [
            { name: "journal/nobody", data: { n: 2 } },
            { name: "journal/nobody", data: { n: 3 } },
          ]);
          return [ids.length, more.length];
        },
      },
      {
        id: "sent-to",
        options: RETRIES,
        handler: ({ event, step }) => step.run("take", () => event.data),
      },
    ],
  },
  {
    id: "fails",
    title: "a run that fails, and the handler of its failure",
    order: "fixed",
    causes: "fails-failure",
    write: () => [
      {
        id: "fails",
        options: {
          ...NO_RETRIES,
          onFailure: async ({ error, event, step }: FailureSeen) => {
            await step.run("handle", () => ({
              name: error.name,
              message: error.message,
              of: event.data["function_id"],
              word: (event.data["event"] as { readonly data: unknown }).data,
            }));
            return "handled";
          },
        },
        handler: ({ step }) =>
          step.run("breaks", () => {
            throw new URIError("is broken");
          }),
      },
    ],
    data: { word: "kept" },
  },
  {
    id: "experiment",
    title: "an experiment",
    order: "fixed",
    write: (sdk) => [
      {
        id: "experiment",
        options: RETRIES,
        handler: ({ group, step }) =>
          group.experiment("price", {
            variants: {
              low: () => step.run("low", () => 5),
              high: () => step.run("high", () => 9),
            },
            select: sdk.fixedVariant?.("high"),
          }),
      },
    ],
  },
  {
    id: "defers",
    title: "a function that starts when the run has ended, and one that is called off",
    order: "fixed",
    causes: "deferred",
    write: () => [
      {
        id: "deferred",
        isDeferred: true,
        options: RETRIES,
        handler: ({ event, step }) => step.run("late", () => event.data["word"]),
      },
      {
        id: "defers",
        options: RETRIES,
        handler: async ({ defer, step }) => {
          defer("later", { functionId: "deferred", data: { word: "kept" } });
          const off = defer("never", { functionId: "deferred", data: { word: "called off" } });
          await step.run("work", () => 1);
          off.abort();
          return "done";
        },
      },
    ],
  },
];

/** What a handler of failures is called with. */
interface FailureSeen {
  readonly error: Error;
  readonly event: { readonly data: Readonly<Record<string, unknown>> };
  readonly step: { run(id: string, act: () => unknown): Promise<unknown> };
}
