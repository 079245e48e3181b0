import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientOf } from "../kit/run-of.ts";
import type { RawApp, RawCall } from "../kit/raw-app.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");
const KiB = 1024;
const MiB = 1024 * KiB;

function steps(from: number, count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) =>
    opOf("StepRun", `step ${from + index}`, { data: index }),
  );
}

/** The number that the event of a call has in its data. */
function indexOf({ body }: RawCall): number {
  return Number(Reflect.get(Object(body.event["data"]), "index"));
}

describe("11.1: limits of a run", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  it("11.1 a run has up to 1000 steps", async () => {
    await using app = await stage.rawApp([
      { id: "thousand", answer: inTurn(opsAnswer(steps(0, 600)), opsAnswer(steps(600, 400)), DONE) },
    ]);
    assertCompleted(await stage.run("thousand"), "done");
    assert.equal(app.calls("thousand").at(-1)?.body.ctx.stack.current, 1000);
  });

  it("11.1 one step more fails it with InngestErrFunctionOverflowed", async () => {
    await using app = await stage.rawApp([
      {
        id: "thousand-one",
        retries: 3,
        answer: inTurn(opsAnswer(steps(0, 600)), opsAnswer(steps(600, 401)), DONE),
      },
    ]);
    assertFailed(
      await stage.run("thousand-one"),
      "InngestErrFunctionOverflowed",
      /^The function run exceeded the step limit of 1000 steps\.$/,
    );
    assert.equal(app.calls("thousand-one").length, 2);
  });

  it("11.1 an answer has up to 1000 ops, and one more fails the run the same way", async () => {
    const markers = (count: number): readonly unknown[] =>
      Array.from({ length: count }, (_, index) => opOf("None", `marker ${index}`));
    await using app = await stage.rawApp([
      {
        id: "ops-allowed",
        answer: inTurn(opsAnswer([...markers(999), opOf("StepRun", "a", { data: 1 })]), DONE),
      },
      {
        id: "ops-over",
        retries: 3,
        answer: inTurn(opsAnswer([...markers(1000), opOf("StepRun", "a", { data: 1 })]), DONE),
      },
    ]);
    assertCompleted(await stage.run("ops-allowed"), "done");
    assertFailed(await stage.run("ops-over"), "InngestErrFunctionOverflowed", /step limit of 1000 steps/);
    assert.equal(app.calls("ops-over").length, 1);
  });

  it("11.1 a run remembers up to 32 MiB, and more fails it with InngestErrStateOverflowed", async () => {
    const half = "x".repeat(3.9 * MiB);
    let given = 0;
    await using app = await stage.rawApp([
      {
        id: "state",
        retries: 3,
        answer: () => opsAnswer([1, 2].map(() => opOf("StepRun", `large ${(given += 1)}`, { data: half }))),
      },
    ]);
    assertFailed(
      await stage.run("state"),
      "InngestErrStateOverflowed",
      /^The function run exceeded the state size limit of 33554432 bytes\.$/,
    );
    // Eight steps of 3.9 MiB fit, and the ninth does not.
    assert.equal(app.calls("state").length, 5);
  });

  it("11.1 a step returns up to 4 MiB, and more is an error of the step that user code can catch", async () => {
    await using app = await stage.app([
      {
        id: "output",
        options: { checkpointing: false, retries: 0 },
        handler: async ({ step }) => {
          const fits = await step.run("fits", () => "x".repeat(4 * MiB - 2));
          try {
            await step.run("too much", () => "x".repeat(4 * MiB - 1));
          } catch (error) {
            return [fits.length, String(error).split(":")[0]];
          }
          return "not caught";
        },
      },
    ]);
    assertCompleted(await stage.run("output"), [4 * MiB - 2, "StepOutputTooLarge"]);
    assert.ok(app.calls("output").length > 2);
  });

  it("11.1 a step is given up to 4 MiB, and more is an error of its op", async () => {
    const given = (name: string, bytes: number): unknown =>
      opOf("StepPlanned", name, { opts: { input: ["x".repeat(bytes - 4)] } });
    await using app = await stage.rawApp([
      {
        id: "input",
        answer: ({ stepId, body }) => {
          if (stepId === stepIdOf("fits")) return opsAnswer([opOf("StepRun", "fits", { data: 1 })]);
          if (stepIdOf("too much") in body.steps) return DONE;
          if (stepIdOf("fits") in body.steps) return opsAnswer([given("too much", 4 * MiB + 1)]);
          return opsAnswer([given("fits", 4 * MiB)]);
        },
      },
    ]);
    assertCompleted(await stage.run("input"), "done");
    const memo = app.calls("input").at(-1)?.body.steps[stepIdOf("too much")];
    assert.partialDeepStrictEqual(memo, { error: { name: "StepInputTooLarge" } });
    assert.equal(app.calls("input").filter(({ stepId }) => stepId !== "step").length, 1);
  });

  it("11.1 an answer has up to 8 MiB; a larger one is output_too_large, and tried again", async () => {
    const text = (bytes: number): string => "x".repeat(bytes - 2);
    await using app = await stage.rawApp([
      {
        id: "answer",
        retries: 1,
        answer: inTurn(sdkAnswer(200, text(8 * MiB + 1)), sdkAnswer(200, text(8 * MiB))),
      },
    ]);
    const run = await stage.run("answer");
    assert.equal(run.status, "Completed");
    assert.equal(String(run.output).length, 8 * MiB - 2);
    assert.equal(app.calls("answer").length, 2);
  });

  it("11.1 a call has up to 4 MiB; what is more is left for the app to fetch, and both flags say so", async () => {
    await using app = await stage.rawApp([
      {
        id: "inline",
        answer: inTurn(
          opsAnswer([opOf("StepRun", "a", { data: "x".repeat(2.5 * MiB) })]),
          opsAnswer([opOf("StepRun", "b", { data: "x".repeat(2.5 * MiB) })]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("inline"), "done");
    const [, second, third] = app.calls("inline");
    assert.equal(second?.body.use_api, false);
    assert.equal(third?.body.use_api, true);
    assert.equal(Reflect.get(third.body.ctx, "use_api"), true);
    assert.deepEqual(third.body.steps, {});
    assert.deepEqual(third.body.events, []);
    assert.equal(third.body.event["name"], "inline/go");
  });

  it("11.1 the client fetches what was left out, and the run goes on", async () => {
    await using app = await stage.app([
      {
        id: "fetches-state",
        options: { checkpointing: false },
        handler: async ({ step }) => {
          let length = 0;
          for (const name of ["a", "b"]) length += (await step.run(name, () => "x".repeat(2.5 * MiB))).length;
          return length;
        },
      },
    ]);
    const run = await stage.run("fetches-state");
    assertCompleted(run, 5 * MiB);
    for (const part of ["batch", "actions"]) {
      assert.ok(
        app.outgoing.some(({ path }) => path.startsWith(`/v0/runs/${run.run_id}/${part}`)),
        part,
      );
    }
  });

  it("11.1 more than 20 retries are 20", async () => {
    await using app = await stage.rawApp([{ id: "clamped", retries: 50, answer: () => DONE }]);
    assertCompleted(await stage.run("clamped"), "done");
    assert.equal(app.calls("clamped")[0]?.body.ctx.max_attempts, 21);
  });

  it("11.1 a run defers 20 functions; further ones are left out, and the run goes on", async () => {
    await using app = await defering(
      "many-defers",
      Array.from({ length: 21 }, (_, index) => ({ input: { index } })),
    );
    assertCompleted(await stage.run("many-defers"), "done");
    await until("20 ran", () => app.calls("many-defers-target").length >= 20);
    assert.deepEqual(
      app
        .calls("many-defers-target")
        .map(indexOf)
        .toSorted((left, right) => left - right),
      Array.from({ length: 20 }, (_, index) => index),
    );
  });

  it("11.1 what a run defers has 4 MiB of input in all, and 32 KiB of meta each", async () => {
    await using app = await defering("large-defers", [
      { input: { index: 0, text: "x".repeat(2 * MiB) } },
      { input: { index: 1, text: "x".repeat(2 * MiB) } },
      { input: { index: 2 }, meta: { sessions: { text: "x".repeat(32 * KiB) } } },
      { input: { index: 3 }, meta: { sessions: { text: "short" } } },
    ]);
    assertCompleted(await stage.run("large-defers"), "done");
    await until("those that fit ran", () => app.calls("large-defers-target").length >= 2);
    assert.deepEqual(
      app
        .calls("large-defers-target")
        .map(indexOf)
        .toSorted((left, right) => left - right),
      [0, 3],
    );
  });

  it("11.1 metadata of a step has up to 64 KiB; more is left out, and the run goes on", async () => {
    const noted = (name: string, bytes: number): unknown =>
      opOf("StepRun", name, {
        data: 1,
        metadata: [{ kind: "userland.note", scope: "step", op: "set", values: { text: "x".repeat(bytes) } }],
      });
    await using app = await stage.rawApp([
      {
        id: "metadata",
        answer: inTurn(opsAnswer([noted("fits", 63 * KiB), noted("too-much", 64 * KiB)]), DONE),
      },
    ]);
    const run = await stage.run("metadata");
    assertCompleted(run, "done");
    const { children = [] } = await clientOf(stage.server).trace(run.run_id);
    const count = (name: string): number =>
      children.find(({ stepId }) => stepId === stepIdOf(name))?.metadata?.length ?? 0;
    assert.deepEqual([count("fits"), count("too-much")], [1, 0]);
    assert.equal(app.calls("metadata").length, 2);
  });

  function defering(id: string, opts: readonly Readonly<Record<string, unknown>>[]): Promise<RawApp> {
    return stage.rawApp((appId) => [
      {
        id,
        answer: () =>
          opsAnswer([
            ...opts.map((each, index) =>
              opOf("DeferAdd", `later ${index}`, { opts: { fn_slug: `${appId}-${id}-target`, ...each } }),
            ),
            opOf("RunComplete", "complete", { data: "done" }),
          ]),
      },
      {
        id: `${id}-target`,
        members: {
          triggers: [
            {
              event: "inngest/deferred.schedule",
              expression: `event.data._inngest.fn_slug == "${appId}-${id}-target"`,
            },
          ],
        },
        answer: () => DONE,
      },
    ]);
  }
});
