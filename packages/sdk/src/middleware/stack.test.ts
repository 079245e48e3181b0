import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventPayload } from "../events/contract.ts";
import type { Logger } from "../logging/contract.ts";
import type { Middleware, MiddlewareStack, RunInfo, StepInfo } from "./contract.ts";
import { provide } from "./provide.ts";
import { createMiddlewareStack } from "./stack.ts";

const run: RunInfo = {
  app: "shop",
  functionId: "ship",
  runId: "r1",
  attempt: 0,
  maxAttempts: 4,
  event: { name: "order/paid", data: {}, id: "e1", ts: 1 },
};
const step: StepInfo = { ...run, stepId: "pay", hashedId: "h", name: "pay", kind: "run", isMemoised: false };
const request = { slug: "shop-ship", runId: "r1" };
const event: EventPayload = { name: "order/paid" };

function logger(lines: unknown[][]): Logger {
  const write = (...words: readonly unknown[]): void => void lines.push([...words]);
  return { debug: write, info: write, warn: write, error: write };
}
const quiet = logger([]);

/** Every `wrap…` hook, as a stack calls it. */
const WRAPS = {
  wrapRequest: (stack, act) => stack.wrapRequest(request, act),
  wrapFunctionHandler: (stack, act) => stack.wrapFunctionHandler(run, act),
  wrapStep: (stack, act) => stack.wrapStep(step, act),
  wrapStepHandler: (stack, act) => stack.wrapStepHandler(step, act),
  wrapSendEvent: (stack, act) => stack.wrapSendEvent([event], act),
} as const satisfies Record<
  string,
  (stack: MiddlewareStack, act: () => Promise<unknown>) => Promise<unknown>
>;

/** Every `on…` hook that a stack calls, with what it hands over. */
const TELLS = {
  onRunStart: (stack) => stack.runStart(run),
  onRunComplete: (stack) => stack.runComplete(run, 7),
  onRunError: (stack) => stack.runError(run, { error: 7, isFinalAttempt: true }),
  onStepStart: (stack) => stack.stepStart(step),
  onStepComplete: (stack) => stack.stepComplete(step, 7),
  onStepError: (stack) => stack.stepError(step, { error: 7, isFinalAttempt: true }),
} as const satisfies Record<string, (stack: MiddlewareStack) => Promise<void>>;

for (const [name, call] of Object.entries(WRAPS)) {
  describe(`createMiddlewareStack() and ${name}`, () => {
    /** A middleware whose hook notes when it begins and ends. */
    const noting = (id: string, notes: string[]): Middleware => ({
      id,
      [name]: async (_info: unknown, next: () => Promise<unknown>) => {
        notes.push(`${id} begins`);
        const value = await next();
        notes.push(`${id} ends`);
        return `${id}(${String(value)})`;
      },
    });

    it("wraps as an onion, the first outermost", async () => {
      const notes: string[] = [];
      const stack = createMiddlewareStack([noting("a", notes), { id: "none" }, noting("b", notes)], quiet);
      const value = await call(stack, async () => {
        notes.push("act");
        return "x";
      });
      assert.equal(value, "a(b(x))");
      assert.deepEqual(notes, ["a begins", "b begins", "act", "b ends", "a ends"]);
    });

    it("passes on what the act, or a hook, throws", async () => {
      const notes: string[] = [];
      const stack = createMiddlewareStack([noting("a", notes)], quiet);
      await assert.rejects(
        call(stack, async () => {
          throw new Error("act");
        }),
        /^Error: act$/,
      );
      const synchronous: Middleware = {
        id: "s",
        [name]: () => {
          throw new Error("hook");
        },
      };
      await assert.rejects(
        call(createMiddlewareStack([synchronous], quiet), async () => 1),
        /^Error: hook$/,
      );
    });

    it("begins the act once, however often a hook asks for it", async () => {
      let acts = 0;
      const greedy: Middleware = {
        id: "greedy",
        [name]: async (_info: unknown, next: () => Promise<unknown>) => {
          await next();
          return next();
        },
      };
      const value = await call(createMiddlewareStack([greedy], quiet), async () => (acts += 1));
      assert.equal(value, 1);
      assert.equal(acts, 1);
    });

    it("does without middleware", async () => {
      assert.equal(await call(createMiddlewareStack([], quiet), async () => 1), 1);
    });
  });
}

for (const [name, call] of Object.entries(TELLS)) {
  describe(`createMiddlewareStack() and ${name}`, () => {
    it("tells each in order, and logs what one throws without leaving out the rest", async () => {
      const lines: unknown[][] = [];
      const told: string[] = [];
      const failing = (id: string, isLate: boolean): Middleware => ({
        id,
        [name]: () => {
          told.push(id);
          const error = new Error(id);
          if (isLate) return Promise.reject(error);
          throw error;
        },
      });
      const last: Middleware = { id: "last", [name]: () => void told.push("last") };
      await call(createMiddlewareStack([failing("a", false), failing("b", true), last], logger(lines)));
      assert.deepEqual(told, ["a", "b", "last"]);
      assert.deepEqual(
        lines.map(([line, error]) => [line, String(error)]),
        ["a", "b"].map((id) => [`The middleware ${id} failed in ${name}; the run goes on.`, `Error: ${id}`]),
      );
    });
  });
}

describe("createMiddlewareStack()", () => {
  it("adds to the context what each gives, the later over the earlier", async () => {
    const stack = createMiddlewareStack(
      [
        provide({ db: 1, mail: 1 }),
        { id: "none" },
        { id: "late", transformFunctionInput: async (info) => ({ mail: info.functionId }) },
      ],
      quiet,
    );
    assert.deepEqual(await stack.functionInput(run), { db: 1, mail: "ship" });
  });

  it("passes a step's arguments and events from one to the next", async () => {
    const adding = (id: string): Middleware => ({
      id,
      transformStepInput: (_info, input) => [...input, id],
      transformSendEvent: async (events) => [...events, { name: id }],
    });
    const stack = createMiddlewareStack([adding("a"), { id: "none" }, adding("b")], quiet);
    assert.deepEqual(await stack.stepInput(step, [0]), [0, "a", "b"]);
    const sent = await stack.sendEvents([event]);
    assert.deepEqual(
      sent.map(({ name }) => name),
      ["order/paid", "a", "b"],
    );
  });

  it("passes on what a transform throws", async () => {
    const fail = (): never => {
      throw new Error("no");
    };
    const stack = createMiddlewareStack(
      [{ id: "x", transformFunctionInput: fail, transformStepInput: fail, transformSendEvent: fail }],
      quiet,
    );
    await assert.rejects(stack.functionInput(run), /^Error: no$/);
    await assert.rejects(stack.stepInput(step, []), /^Error: no$/);
    await assert.rejects(stack.sendEvents([]), /^Error: no$/);
  });

  it("makes a fresh middleware for each call where an entry is a function", async () => {
    const entry = (): Middleware<{ calls: number }> => {
      let calls = 0;
      return { id: "counting", transformFunctionInput: () => ({ calls: ++calls }) };
    };
    const [first, second] = [createMiddlewareStack([entry], quiet), createMiddlewareStack([entry], quiet)];
    assert.deepEqual(await first.functionInput(run), { calls: 1 });
    assert.deepEqual(await first.functionInput(run), { calls: 2 });
    assert.deepEqual(await second.functionInput(run), { calls: 1 });
  });

  it("calls hooks as methods of their middleware", async () => {
    class Own implements Middleware {
      readonly id = "own";
      readonly #mark = "kept";
      transformFunctionInput(): object {
        return { mark: this.#mark };
      }
    }
    assert.deepEqual(await createMiddlewareStack([new Own()], quiet).functionInput(run), { mark: "kept" });
  });
});
