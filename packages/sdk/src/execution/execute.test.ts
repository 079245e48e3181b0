import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NonRetriableError } from "../errors/non-retriable-error.ts";
import { RetryAfterError } from "../errors/retry-after-error.ts";
import { sha1Hex } from "../platform/sha1.ts";
import type { Call, CallAnswer } from "./contract.ts";
import { execute } from "./execute.ts";
import { callOf } from "./testing/call-of.ts";
import { clientOf } from "./testing/client-of.ts";
import { namesOf, opsOf } from "./testing/ops-of.ts";
import type { Handler } from "./testing/record-of.ts";
import { recordOf } from "./testing/record-of.ts";

async function answer(handler: Handler, given: Parameters<typeof callOf>[0] = {}): Promise<CallAnswer> {
  const call: Call = callOf(given);
  return execute(call, { record: recordOf(handler), client: clientOf() });
}

const A = sha1Hex("a");
const B = sha1Hex("b");

describe("a call", () => {
  it("answers with the function's result when nothing is left to do", async () => {
    const result = await answer(({ event }) => ({ order: event.data["orderId"], at: new Date(0) }));
    assert.equal(result.status, 200);
    assert.deepEqual(JSON.parse(result.body), { order: "o1", at: "1970-01-01T00:00:00.000Z" });
    assert.deepEqual(result.headers, { "content-type": "application/json", "x-inngest-req-version": "2" });
  });

  it("answers null for a function that returns nothing", async () => {
    assert.equal((await answer(() => undefined)).body, "null");
  });

  it("runs the only new step, and reports what JSON keeps of its result", async () => {
    const ran: unknown[] = [];
    const result = await answer(async ({ step }) => {
      await step.run(
        "a",
        (left: number, right: number) => {
          ran.push([left, right]);
          return { sum: left + right, none: undefined, at: new Date(0) };
        },
        2,
        3,
      );
      ran.push("after");
    });
    assert.deepEqual(JSON.parse(result.body), [
      {
        op: "StepRun",
        id: A,
        displayName: "a",
        userland: { id: "a" },
        name: "a",
        opts: { input: [2, 3] },
        data: { sum: 5, at: "1970-01-01T00:00:00.000Z" },
      },
    ]);
    assert.deepEqual(ran, [[2, 3]]);
  });

  it("goes on from finished steps without running them", async () => {
    const result = await answer(
      async ({ step }) => {
        const a = await step.run("a", () => assert.fail("it was run before"));
        return step.run("b", () => `${String(a)}!`);
      },
      { memos: { [A]: { data: "first" } } },
    );
    assert.deepEqual(opsOf(result)[0], {
      op: "StepRun",
      id: B,
      name: "b",
      displayName: "b",
      data: "first!",
      userland: { id: "b" },
    });
  });

  it("plans steps that are found together, and runs none of them", async () => {
    const result = await answer(async ({ step }) => {
      await Promise.all([
        step.run("a", () => assert.fail("it is only planned")),
        step.sleep("b", "1h30m"),
        step.run({ id: "c", name: "The third" }, () => assert.fail("it is only planned")),
      ]);
    });
    assert.deepEqual(JSON.parse(result.body), [
      { op: "StepPlanned", id: A, displayName: "a", userland: { id: "a" }, name: "a" },
      { op: "Sleep", id: B, displayName: "b", userland: { id: "b" }, name: "1h30m" },
      { op: "StepPlanned", id: sha1Hex("c"), displayName: "The third", userland: { id: "c" }, name: "c" },
    ]);
  });

  it("plans the only new step where the server asks for plans", async () => {
    const result = await answer(({ step }) => step.run("a", () => assert.fail("it is only planned")), {
      isPlanOnly: true,
    });
    assert.deepEqual(namesOf(result), ["StepPlanned a"]);
  });

  it("runs the step that it was called for, and no other", async () => {
    const ran: string[] = [];
    const result = await answer(
      async ({ step }) => {
        await Promise.all(["a", "b", "c"].map((id) => step.run(id, () => ran.push(id))));
      },
      { targetStepId: B, isPlanOnly: true },
    );
    assert.deepEqual(namesOf(result), ["StepRun b"]);
    assert.deepEqual(ran, ["b"]);
  });

  it("gives the n-th repeat of an id a number", async () => {
    const ids: (string | undefined)[] = [];
    const memos: Record<string, unknown> = {};
    for (let round = 0; round < 3; round++) {
      const result = await answer(
        async ({ step }) => {
          for (const each of [10, 20, 30]) await step.run("a", () => each);
        },
        { memos },
      );
      const [op] = opsOf(result);
      assert.ok(op !== undefined);
      ids.push(op.id);
      assert.equal(op.userland?.index, round === 0 ? undefined : round);
      memos[op.id] = { data: op.data };
    }
    assert.deepEqual(ids, [A, sha1Hex("a:1"), sha1Hex("a:2")]);
  });

  it("takes a result that is no wrapper as it is, and a sleep's null as nothing", async () => {
    const result = await answer(
      async ({ step }) => {
        const slept: unknown = await step.sleep("s", 1000);
        return [slept === undefined, await step.run("a", () => 1)];
      },
      { memos: { [sha1Hex("s")]: null, [A]: { odd: true } } },
    );
    assert.deepEqual(JSON.parse(result.body), [true, { odd: true }]);
  });

  it("runs a step again with the arguments that were put in the place of its own", async () => {
    const result = await answer(({ step }) => step.run("a", (word: string) => word.toUpperCase(), "mine"), {
      memos: { [A]: { input: ["theirs"] } },
    });
    assert.deepEqual(opsOf(result)[0]?.data, "THEIRS");
    assert.deepEqual(opsOf(result)[0]?.opts, { input: ["theirs"] });
  });
});

describe("a step that fails", () => {
  const failing = (error: unknown): Handler => {
    return ({ step }) =>
      step.run("a", () => {
        throw error;
      });
  };

  it("is reported with what it threw, to be tried again", async () => {
    const result = await answer(failing(new TypeError("declined", { cause: new Error("card") })));
    const [op] = opsOf(result);
    assert.equal(op?.op, "StepError");
    assert.equal(op.error?.name, "TypeError");
    assert.equal(op.error.message, "declined");
    assert.match(op.error.stack ?? "", /execute\.test/);
    assert.equal((op.error.cause as { message: string }).message, "card");
    assert.equal(result.headers["x-inngest-no-retry"], "false");
  });

  it("fails for good on the last attempt, and when it says so", async () => {
    for (const [error, given] of [
      [new Error("late"), { attempt: 3 }],
      [new NonRetriableError("never"), {}],
    ] as const) {
      const result = await answer(failing(error), given);
      assert.deepEqual(namesOf(result), ["StepFailed a"]);
      assert.equal(result.headers["x-inngest-no-retry"], "true");
    }
  });

  it("says when to try again", async () => {
    const result = await answer(failing(new RetryAfterError("busy", "2m")));
    assert.equal(result.headers["retry-after"], "120");
  });

  it("throws its error where it is awaited, which ends the run unless it is caught", async () => {
    const memos = { [A]: { error: { name: "TypeError", message: "declined", stack: "at the till" } } };
    const caught = await answer(
      async ({ step }) => {
        try {
          await step.run("a", () => 1);
          return "not reached";
        } catch (error) {
          assert.ok(error instanceof Error);
          return [error.name, error.message, error.stack, error.cause instanceof TypeError];
        }
      },
      { memos },
    );
    assert.deepEqual(JSON.parse(caught.body), ["TypeError", "declined", "at the till", true]);
    const thrown = await answer(({ step }) => step.run("a", () => 1), { memos });
    assert.equal(thrown.status, 400);
    assert.equal(thrown.headers["x-inngest-no-retry"], "true");
    assert.deepEqual(JSON.parse(thrown.body), {
      name: "TypeError",
      message: "declined",
      stack: "at the till",
    });
  });

  it("fails for good with a result that is no JSON", async () => {
    const result = await answer(({ step }) => step.run("a", () => ({ count: 10n })));
    const [op] = opsOf(result);
    assert.equal(op?.op, "StepFailed");
    assert.match(op.error?.message ?? "", /The result of step "a" cannot be written as JSON/);
  });
});

describe("a function that fails", () => {
  it("is answered with 500, to be tried again", async () => {
    const result = await answer(() => {
      throw new RangeError("no stock");
    });
    assert.equal(result.status, 500);
    assert.equal(result.headers["x-inngest-no-retry"], "false");
    const { name, message } = JSON.parse(result.body);
    assert.deepEqual([name, message], ["RangeError", "no stock"]);
  });

  it("is answered with 400 on the last attempt, and when it says so", async () => {
    for (const [error, given] of [
      [new Error("late"), { attempt: 3 }],
      [new NonRetriableError("never"), {}],
    ] as const) {
      const result = await answer(() => Promise.reject(error), given);
      assert.equal(result.status, 400);
      assert.equal(result.headers["x-inngest-no-retry"], "true");
    }
  });
});
