import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { turnsUntil } from "./testing/turns-until.ts";
import { sha1Hex } from "../platform/sha1.ts";
import type { CallAnswer } from "./contract.ts";
import { execute } from "./execute.ts";
import { callOf } from "./testing/call-of.ts";
import { clientOf } from "./testing/client-of.ts";
import { manualWorld } from "./testing/manual-world.ts";
import { namesOf, opsOf } from "./testing/ops-of.ts";
import type { Handler } from "./testing/record-of.ts";
import { recordOf } from "./testing/record-of.ts";

const world = manualWorld();

async function answer(handler: Handler, given: Parameters<typeof callOf>[0] = {}): Promise<CallAnswer> {
  return execute(callOf(given), { record: recordOf(handler), client: clientOf({ world }) });
}

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("steps that nobody awaits", () => {
  it("are run before the run ends", async () => {
    const handler: Handler = ({ step }) => {
      void step.run("a", () => 1);
      return "done";
    };
    assert.deepEqual(namesOf(await answer(handler)), ["StepRun a"]);
    assert.equal((await answer(handler, { memos: { [sha1Hex("a")]: { data: 1 } } })).body, '"done"');
  });

  it("end no process when they fail", async () => {
    const handler: Handler = async ({ step }) => {
      void step.run("a", () => 1);
      await step.run("b", () => 2);
      return "done";
    };
    const memos = {
      [sha1Hex("a")]: { error: { name: "Error", message: "no" } },
      [sha1Hex("b")]: { data: 2 },
    };
    assert.equal((await answer(handler, { memos })).body, '"done"');
  });
});

describe("a race", () => {
  const race: Handler = async ({ step }) => {
    const winner = await Promise.race([step.run("a", () => "a"), step.run("b", () => "b")]);
    return step.run("after", () => `${winner} won`);
  };

  it("is won by the step that finished first, in every replay", async () => {
    const [a, b, after] = ["a", "b", "after"].map(sha1Hex) as [string, string, string];
    for (const order of [
      [a, b],
      [b, a],
    ]) {
      const memos = Object.fromEntries(order.map((id) => [id, { data: id === a ? "a" : "b" }]));
      const result = await answer(race, { memos });
      assert.deepEqual(
        opsOf(result).map(({ data }) => data),
        [`${order[0] === a ? "a" : "b"} won`],
      );
    }
    const late = await answer(race, { memos: { [b]: { data: "b" } }, isPlanOnly: true });
    assert.deepEqual(namesOf(late), ["StepPlanned a", "StepPlanned after"]);
    assert.equal(opsOf(late)[1]?.id, after);
  });

  it("goes the same way however long a branch takes to go on by itself", async () => {
    const slow: Handler = async ({ step }) => {
      const first = (async () => {
        await step.run("a", () => 1);
        for (let turn = 0; turn < 500; turn++) await Promise.resolve();
        return "the long way";
      })();
      return Promise.race([first, step.run("b", () => 2).then(() => "the short way")]);
    };
    const memos = { [sha1Hex("a")]: { data: 1 }, [sha1Hex("b")]: { data: 2 } };
    assert.equal((await answer(slow, { memos })).body, '"the long way"');
  });

  it("in a group says so of each step, and none is run as soon as it is found", async () => {
    const grouped: Handler = ({ group, step }) =>
      group.parallel(async () => {
        await nextTick();
        return step.run("a", () => 1);
      });
    const result = await answer(grouped);
    assert.deepEqual(namesOf(result), ["StepPlanned a"]);
    assert.deepEqual(opsOf(result)[0]?.opts, { parallelMode: "race" });
    const waiting = await answer(({ group, step }) =>
      group.parallel({ mode: "wait" }, () => Promise.all([step.sleep("a", 5), step.sleep("b", 5)])),
    );
    assert.deepEqual(
      opsOf(waiting).map(({ opts }) => opts),
      [{ parallelMode: "wait" }, { parallelMode: "wait" }],
    );
  });
});

describe("a handler that waits for something else between its steps", () => {
  it("is waited for", async () => {
    const result = await answer(async ({ step }) => {
      for (let turn = 0; turn < 20; turn++) await nextTick();
      await step.run("a", () => 1);
    });
    assert.deepEqual(namesOf(result), ["StepRun a"]);
  });

  it("keeps what it finds meanwhile for the next call", async () => {
    const result = await answer(async ({ step }) => {
      await Promise.all([
        step.run("a", async () => {
          await nextTick();
          return 1;
        }),
        nextTick().then(() => step.run("b", () => assert.fail("one step a call"))),
      ]);
    });
    assert.deepEqual(namesOf(result), ["StepRun a"]);
  });
});

describe("a step that is called for and not found", () => {
  it("is answered after ten seconds, with what was found instead", async () => {
    const pending = answer(
      async ({ step }) => {
        await Promise.all([step.run("b", () => 1), step.run({ id: "a", name: "The first" }, () => 1)]);
      },
      { targetStepId: sha1Hex("gone") },
    );
    await turnsUntil("the call waits", () => world.timers === 1);
    world.advance(9999);
    assert.equal(world.timers, 1);
    world.advance(1);
    const result = await pending;
    assert.equal(result.status, 500);
    assert.equal(result.headers["x-inngest-no-retry"], "false");
    const { error: _error, ...body } = JSON.parse(result.body);
    assert.deepEqual(body, {
      requestedStep: sha1Hex("gone"),
      foundSteps: [
        { id: sha1Hex("a"), displayName: "The first" },
        { id: sha1Hex("b"), displayName: "b" },
      ],
      totalFoundSteps: 2,
    });
    assert.equal(world.timers, 0);
  });

  it("is answered in time even when a hook holds up what was found", async () => {
    const middleware = [{ id: "slow", wrapStep: () => new Promise<never>(() => undefined) }];
    const record = recordOf(({ step }) => step.run("a", () => 1));
    const call = callOf({ targetStepId: sha1Hex("a") });
    const pending = execute(call, { record, client: clientOf({ world, middleware }) });
    await turnsUntil("the call waits", () => world.timers === 1);
    world.advance(10_000);
    assert.equal((await pending).status, 500);
  });

  it("is answered with the function's end when that comes first", async () => {
    const result = await answer(() => "over", { targetStepId: sha1Hex("gone") });
    assert.deepEqual([result.status, result.body], [200, '"over"']);
    assert.equal(world.timers, 0);
  });
});

describe("a step inside another", () => {
  it("is refused for good, and both are named", async () => {
    const result = await answer(({ step }) =>
      step.run("outer", async () => {
        await nextTick();
        return step.run("inner", () => 1);
      }),
    );
    const [op] = opsOf(result);
    assert.equal(op?.op, "StepFailed");
    assert.match(op.error?.message ?? "", /"inner".*"outer"/);
  });

  it("is not mistaken for one that is asked for while another runs", async () => {
    const result = await answer(
      async ({ step }) => {
        const outer = step.run("outer", () => nextTick());
        await Promise.all([outer, step.sleep("s", 5)]);
      },
      { targetStepId: sha1Hex("outer") },
    );
    assert.deepEqual(namesOf(result), ["StepRun outer"]);
  });
});

describe("a step with options of its own", () => {
  const failing = (options: object): Handler => {
    return ({ step }) =>
      step.run({ id: "a", ...options }, () => {
        throw new Error("no");
      });
  };

  it("has as many retries as it says, and at most its function's", async () => {
    assert.deepEqual(namesOf(await answer(failing({ retries: 1 }))), ["StepError a"]);
    assert.deepEqual(namesOf(await answer(failing({ retries: 1 }), { attempt: 1 })), ["StepFailed a"]);
    assert.deepEqual(namesOf(await answer(failing({ retries: 0 }))), ["StepFailed a"]);
    const refused = await answer(failing({ retries: 4 }));
    assert.equal(refused.status, 400);
    assert.match(JSON.parse(refused.body).message, /"a" asks for 4 retries, and its function has 3/);
  });

  it("says how long to wait before the next attempt", async () => {
    for (const [backoff, expected] of [
      ["90s", "90"],
      [1500, "2"],
      [(attempt: number) => `${attempt + 1}m`, "180"],
    ] as const) {
      const result = await answer(failing({ backoff }), { attempt: 2 });
      assert.equal(result.headers["retry-after"], expected);
    }
    assert.equal((await answer(failing({ backoff: "90s", retries: 0 }))).headers["retry-after"], undefined);
    const odd = await answer(failing({ backoff: "soon" }));
    assert.match(opsOf(odd)[0]?.error?.message ?? "", /"a" has a time that cannot be read/);
  });

  it("fails when it takes too long, and is told by its signal", async () => {
    let signal: AbortSignal | undefined;
    const pending = answer(({ step }) =>
      step.run(
        { id: "a", timeout: "5s" },
        (word: string, context) => {
          assert.deepEqual([word, context.attempt], ["x", 0]);
          signal = context.signal;
          return new Promise<never>(() => undefined);
        },
        "x",
      ),
    );
    await turnsUntil("the step runs", () => signal !== undefined);
    assert.equal(signal?.aborted, false);
    world.advance(5000);
    const [op] = opsOf(await pending);
    assert.equal(op?.op, "StepError");
    assert.match(op.error?.message ?? "", /"a" took longer than its time-out of 5000 ms/);
    assert.equal(signal?.aborted, true);
  });

  it("leaves no timer behind when it is done in time", async () => {
    await answer(({ step }) => step.run({ id: "a", timeout: "5s" }, () => 1));
    assert.equal(world.timers, 0);
  });

  it("needs an id, and a time that is one", async () => {
    for (const handler of [
      (({ step }) => step.run("", () => 1)) satisfies Handler,
      (({ step }) => step.sleep("s", "soon")) satisfies Handler,
      (({ step }) => step.sleepUntil("s", "never")) satisfies Handler,
      (({ step }) => step.run({ id: "a", retries: -1 }, () => 1)) satisfies Handler,
    ]) {
      const result = await answer(handler);
      assert.equal(result.status, 400, result.body);
      assert.equal(JSON.parse(result.body).name, "HoldfastError");
    }
  });
});
