import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Middleware } from "../middleware/contract.ts";
import { sha1Hex } from "../platform/sha1.ts";
import type { CallAnswer } from "./contract.ts";
import { execute } from "./execute.ts";
import { callOf, CHECKPOINT } from "./testing/call-of.ts";
import { clientOf } from "./testing/client-of.ts";
import { namesOf, opsOf } from "./testing/ops-of.ts";
import type { Handler } from "./testing/record-of.ts";
import { EACH_STEP, recordOf } from "./testing/record-of.ts";

/** Middleware that notes each of its hooks. */
function noting(seen: string[]): Middleware {
  const around = async <T>(name: string, next: () => Promise<T>): Promise<T> => {
    seen.push(`${name} {`);
    const result = await next();
    seen.push(`} ${name}`);
    return result;
  };
  return {
    id: "noting",
    wrapRequest: async (_, next) => around("request", next),
    transformFunctionInput: () => ({ inputs: seen.push("function input") }),
    wrapFunctionHandler: async (_, next) => around("handler", next),
    transformStepInput: (info, input) => {
      seen.push(`input ${info.stepId}`);
      return input;
    },
    wrapStep: async (info, next) => around(`step ${info.stepId}${info.isMemoised ? " again" : ""}`, next),
    wrapStepHandler: async (info, next) => around(`running ${info.stepId}`, next),
    onRunStart: () => void seen.push("run start"),
    onRunComplete: (_, output) => void seen.push(`run complete: ${String(output)}`),
    onRunError: (_, { isFinalAttempt }) => void seen.push(`run error, final ${isFinalAttempt}`),
    onStepStart: ({ stepId }) => void seen.push(`start ${stepId}`),
    onStepComplete: ({ stepId }, output) => void seen.push(`complete ${stepId}: ${String(output)}`),
    onStepError: ({ stepId }, { isFinalAttempt }) =>
      void seen.push(`error ${stepId}, final ${isFinalAttempt}`),
  };
}

interface Given {
  readonly call?: Parameters<typeof callOf>[0];
  readonly isGoingOn?: boolean;
}

async function answer(middleware: Middleware, handler: Handler, given: Given = {}): Promise<CallAnswer> {
  const call = callOf({ checkpoint: CHECKPOINT, ...given.call });
  const record = recordOf(handler, { checkpointing: given.isGoingOn === true ? EACH_STEP : null });
  return execute(call, { record, client: clientOf({ middleware: [middleware] }) });
}

const two: Handler = async ({ step }) => {
  const a = await step.run("a", () => 1);
  const b = await step.run("b", () => 2);
  return a + b;
};

describe("hooks", () => {
  it("are called in their order around a call that goes on to its end", async () => {
    const seen: string[] = [];
    await answer(noting(seen), two, { isGoingOn: true });
    assert.deepEqual(seen, [
      "request {",
      "function input",
      "run start",
      "handler {",
      "input a",
      "step a {",
      "start a",
      "running a {",
      "} running a",
      "complete a: 1",
      "} step a",
      "input b",
      "step b {",
      "start b",
      "running b {",
      "} running b",
      "complete b: 2",
      "} step b",
      "} handler",
      "run complete: 3",
      "} request",
    ]);
  });

  it("are called around a finished step too, and not for what only its first time has", async () => {
    const seen: string[] = [];
    await answer(noting(seen), two, { call: { memos: { [sha1Hex("a")]: { data: 1 } } } });
    assert.deepEqual(seen.slice(2, 8), [
      "handler {",
      "step a again {",
      "} step a again",
      "input b",
      "step b {",
      "start b",
    ]);
  });

  it("are told of failures, and whether they are the last", async () => {
    const seen: string[] = [];
    const failing: Handler = ({ step }) =>
      step.run("a", () => {
        throw new Error("no");
      });
    await answer(noting(seen), failing);
    await answer(noting(seen), failing, { call: { attempt: 3 } });
    await answer(noting(seen), failing, {
      call: { memos: { [sha1Hex("a")]: { error: { message: "no" } } } },
    });
    assert.deepEqual(
      seen.filter((word) => word.includes("error")),
      ["error a, final false", "error a, final true", "run error, final true"],
    );
  });

  it("change arguments, results and what handlers see", async () => {
    const middleware: Middleware<{ readonly region: string }> = {
      id: "changing",
      transformFunctionInput: () => ({ region: "north" }),
      transformStepInput: (_, [word]) => [`${String(word)}!`],
      // What a hook makes of a result is of the type that the step had.
      wrapStepHandler: async (_, next) => `${String(await next())}?` as never,
      wrapStep: async (_, next) => `<${String(await next())}>` as never,
    };
    const handler: Handler = async (context) => {
      const said = await context.step.run("a", (word: string) => word, "hello");
      return [said, Reflect.get(context, "region")];
    };
    const result = await answer(middleware, handler);
    assert.equal(opsOf(result)[0]?.data, "hello!?");
    assert.deepEqual(opsOf(result)[0]?.opts, { input: ["hello!"] });
    const again = await answer(middleware, handler, {
      call: { memos: { [sha1Hex("a")]: { data: "hello!?" } } },
    });
    assert.deepEqual(JSON.parse(again.body), ["<hello!?>", "north"]);
  });

  it("may give a result without the step, which is then never found", async () => {
    const middleware: Middleware = { id: "short", wrapStep: async () => "mine" as never };
    const result = await answer(middleware, ({ step }) => step.run("a", () => assert.fail("it is not run")));
    assert.deepEqual([result.status, result.body], [200, '"mine"']);
  });

  it("may make another error of a step's, which ends the run all the same", async () => {
    class Declined extends Error {}
    const middleware: Middleware = {
      id: "mapping",
      async wrapStep(_, next) {
        try {
          return await next();
        } catch (cause) {
          throw new Declined("mapped", { cause });
        }
      },
    };
    const memos = { [sha1Hex("a")]: { error: { name: "Error", message: "no" } } };
    const caught = await answer(
      middleware,
      async ({ step }) => {
        try {
          return await step.run("a", () => 1);
        } catch (error) {
          return error instanceof Declined;
        }
      },
      { call: { memos } },
    );
    assert.equal(caught.body, "true");
    const thrown = await answer(middleware, ({ step }) => step.run("a", () => 1), { call: { memos } });
    assert.deepEqual([thrown.status, JSON.parse(thrown.body).message], [400, "mapped"]);
  });

  it("end the attempt when they throw, wherever they stand, and no request hangs", async () => {
    const fault = (): never => {
      throw new RangeError("the hook failed");
    };
    const memos = { [sha1Hex("a")]: { data: 1 } };
    const hooks: Partial<Middleware>[] = [
      { wrapRequest: fault },
      { transformFunctionInput: fault },
      { wrapFunctionHandler: fault },
      { transformStepInput: fault },
      { wrapStep: fault },
      {
        async wrapStep(_, next) {
          await next();
          return fault();
        },
      },
    ];
    for (const hook of hooks) {
      const result = await answer({ id: "failing", ...hook }, two, { call: { memos } });
      assert.equal(result.status, 500, Object.keys(hook).join());
      assert.equal(JSON.parse(result.body).message, "the hook failed");
    }
    // One that only a caught step would hide.
    const hidden = await answer({ id: "failing", transformStepInput: fault }, async ({ step }) => {
      await step.run("a", () => 1).catch(() => undefined);
      return "as if nothing had happened";
    });
    assert.equal(hidden.status, 500);
    const failed = await answer({ id: "failing", wrapStepHandler: fault }, two);
    assert.deepEqual(namesOf(failed), ["StepError a"]);
  });

  it("do no harm when they only listen, and throw", async () => {
    const fault = (): never => {
      throw new Error("the hook failed");
    };
    const listening = { onRunStart: fault, onRunComplete: fault, onStepStart: fault, onStepComplete: fault };
    const result = await answer({ id: "failing", ...listening }, two, { isGoingOn: true });
    assert.equal(opsOf(result)[0]?.data, 3);
  });
});
