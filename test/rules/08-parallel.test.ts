import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Answer } from "../kit/listener.ts";
import { createGate } from "../kit/gate.ts";
import type { RawApp, RawCall, RawFunction } from "../kit/raw-app.ts";
import { opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");

/** Calls that ask what is next, as against those that want one step. */
function discoveries(app: RawApp, functionId: string): readonly RawCall[] {
  return app.calls(functionId).filter(({ stepId }) => stepId === "step");
}

/**
 * A function of several planned steps: whoever asks what is next hears of those that have not finished, and whoever
 * wants one has it done.
 */
function planning(
  id: string,
  names: readonly string[],
  options: {
    readonly version: "1" | "2";
    readonly opts?: Readonly<Record<string, unknown>>;
    /** More ops beside the planned ones. */
    readonly beside?: readonly unknown[];
    /** What a call for one step waits for. */
    readonly before?: (name: string) => Promise<void>;
  },
): RawFunction {
  const headers = { "x-inngest-req-version": options.version };
  return {
    id,
    async answer({ stepId, body }): Promise<Answer> {
      const wanted = names.find((name) => stepIdOf(name) === stepId);
      if (wanted !== undefined) {
        await options.before?.(wanted);
        return opsAnswer([opOf("StepRun", wanted, { data: wanted, opts: options.opts })], headers);
      }
      const missing = names.filter((name) => !(stepIdOf(name) in body.steps));
      if (missing.length === 0) return DONE;
      const first = Object.keys(body.steps).length === 0 ? (options.beside ?? []) : [];
      return opsAnswer(
        [...missing.map((name) => opOf("StepPlanned", name, { opts: options.opts })), ...first],
        headers,
      );
    },
  };
}

describe("8.3: several new steps", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  it("8.3 each planned step has one call of its own, by the id in the query and in X-Inngest-Step-ID", async () => {
    const ran: string[] = [];
    await using app = await stage.app([
      {
        id: "each-its-own",
        handler: ({ step }) =>
          Promise.all(
            ["a", "b", "c"].map((name) =>
              step.run(name, () => {
                ran.push(name);
                return name;
              }),
            ),
          ),
      },
    ]);
    assertCompleted(await stage.run("each-its-own"), ["a", "b", "c"]);
    assert.deepEqual(ran.toSorted(), ["a", "b", "c"]);
    const targeted = app.calls("each-its-own").filter(({ query }) => query.get("stepId") !== "step");
    assert.deepEqual(
      targeted.map(({ query }) => String(query.get("stepId"))).toSorted(),
      ["a", "b", "c"].map((name) => stepIdOf(name)).toSorted(),
    );
    for (const { query, headers } of targeted) {
      assert.equal(headers["x-inngest-step-id"], query.get("stepId"));
    }
  });

  it("8.3 the body of a targeted call has the step_id step all the same", async () => {
    await using app = await stage.rawApp([planning("body-of-target", ["a", "b"], { version: "2" })]);
    assertCompleted(await stage.run("body-of-target"), "done");
    assert.deepEqual(
      [...new Set(app.calls("body-of-target").map(({ body }) => Reflect.get(body.ctx, "step_id")))],
      ["step"],
    );
  });

  it("8.3 after several steps calls must plan: with version 1 for the rest of the run", async () => {
    await using app = await stage.rawApp([thenOneMore("force-1", "1")]);
    assertCompleted(await stage.run("force-1"), "done");
    const forced = app.calls("force-1").map(({ body }) => body.ctx.disable_immediate_execution);
    assert.equal(forced[0], false);
    assert.ok(forced.slice(1).every(Boolean), `forced: ${forced.join(", ")}`);
    assert.ok(forced.length > 4);
  });

  it("8.3 after several steps calls must plan: with version 2 until none of them is pending", async () => {
    await using app = await stage.rawApp([thenOneMore("force-2", "2")]);
    assertCompleted(await stage.run("force-2"), "done");
    const calls = app.calls("force-2");
    assert.deepEqual(
      discoveries(app, "force-2").map(({ body }) => body.ctx.disable_immediate_execution),
      [false, false, false],
    );
    assert.deepEqual(
      calls.filter(({ stepId }) => stepId !== "step").map(({ body }) => body.ctx.disable_immediate_execution),
      [true, true],
    );
  });

  it("8.3 each planned step counts its own attempts", async () => {
    const failed = { a: 0 };
    await using app = await stage.rawApp([
      {
        id: "own-attempts",
        retries: 2,
        answer({ stepId, body }) {
          if (stepId === stepIdOf("a") && failed.a < 2) {
            failed.a += 1;
            return opsAnswer([opOf("StepError", "a", { error: { name: "Error", message: "again" } })]);
          }
          for (const name of ["a", "b"]) {
            if (stepId === stepIdOf(name)) return opsAnswer([opOf("StepRun", name, { data: name })]);
          }
          return Object.keys(body.steps).length === 2
            ? DONE
            : opsAnswer([opOf("StepPlanned", "a"), opOf("StepPlanned", "b")]);
        },
      },
    ]);
    assertCompleted(await stage.run("own-attempts"), "done");
    const attemptsOf = (stepId: string): readonly number[] =>
      app
        .calls("own-attempts")
        .filter((call) => call.stepId === stepId)
        .map(({ body }) => body.ctx.attempt);
    assert.deepEqual(attemptsOf(stepIdOf("a")), [0, 1, 2]);
    assert.deepEqual(attemptsOf(stepIdOf("b")), [0]);
    assert.deepEqual(attemptsOf("step"), [0, 0]);
  });

  it("8.3 each planned step takes a slot of the function's concurrency", async () => {
    let inside = 0;
    let most = 0;
    const names = ["a", "b", "c", "d"];
    await using app = await stage.app([
      {
        id: "own-slots",
        options: { concurrency: 2 },
        handler: ({ step }) =>
          Promise.all(
            names.map((name) =>
              step.run(name, async () => {
                inside += 1;
                most = Math.max(most, inside);
                // Long enough for another to come in, if it may.
                await new Promise((resume) => setTimeout(resume, 100));
                inside -= 1;
                return name;
              }),
            ),
          ),
      },
    ]);
    assertCompleted(await stage.run("own-slots"), names);
    assert.equal(most, 2);
    assert.ok(app.calls("own-slots").length > 4);
  });
});

/** Two steps side by side, then one alone that is run where it is found, then the end. */
function thenOneMore(id: string, version: "1" | "2"): RawFunction {
  const both = planning(id, ["a", "b"], { version });
  return {
    id,
    answer(call) {
      const { steps } = call.body;
      const isBoth = stepIdOf("a") in steps && stepIdOf("b") in steps;
      if (call.stepId !== "step" || !isBoth || stepIdOf("last") in steps) return both.answer(call);
      return opsAnswer([opOf("StepRun", "last", { data: "last" })], { "x-inngest-req-version": version });
    },
  };
}

describe("8.4: who is called after a parallel step", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  it("8.4 with version 1 a call follows every step that finishes", async () => {
    const aIsSeen = createGate();
    await using app = await stage.rawApp([
      planning("every-1", ["a", "b"], {
        version: "1",
        before: (name) => (name === "b" ? aIsSeen.opened : Promise.resolve()),
      }),
    ]);
    const event = await stage.send("every-1");
    await until("a call follows a", () => discoveries(app, "every-1").length === 2);
    assert.deepEqual(discoveries(app, "every-1")[1]?.body.ctx.stack.stack, [stepIdOf("a")]);
    aIsSeen.open();
    assertCompleted(await stage.end(event), "done");
    assert.equal(discoveries(app, "every-1").length, 3);
  });

  it("8.4 with version 2 a call follows the last of the steps that were reported together", async () => {
    await using app = await stage.rawApp([planning("last-2", ["a", "b", "c", "d"], { version: "2" })]);
    assertCompleted(await stage.run("last-2"), "done");
    assert.equal(discoveries(app, "last-2").length, 2);
    assert.equal(app.calls("last-2").length, 6);
    assert.equal(discoveries(app, "last-2")[1]?.body.ctx.stack.current, 4);
  });

  it("8.4 steps of a race have a call after each, with version 2 too", async () => {
    const fastIsSeen = createGate();
    await using app = await stage.rawApp([
      planning("race-2", ["fast", "slow"], {
        version: "2",
        opts: { parallelMode: "race" },
        before: (name) => (name === "slow" ? fastIsSeen.opened : Promise.resolve()),
      }),
    ]);
    const event = await stage.send("race-2");
    await until("a call follows the fast one", () => discoveries(app, "race-2").length === 2);
    fastIsSeen.open();
    assertCompleted(await stage.end(event), "done");
    assert.equal(discoveries(app, "race-2").length, 3);
  });

  it("8.4 a sleep and a wait among the steps are waited for like steps", async () => {
    await using app = await stage.rawApp([
      planning("pauses-2", ["a"], {
        version: "2",
        beside: [
          opOf("Sleep", "nap", { opts: { duration: "1s" } }),
          opOf("WaitForEvent", "wait", { opts: { event: "parallel/never", timeout: "500ms" } }),
        ],
      }),
    ]);
    assertCompleted(await stage.run("pauses-2"), "done");
    const found = discoveries(app, "pauses-2");
    assert.equal(found.length, 2);
    assert.deepEqual(found[1]?.body.steps, {
      [stepIdOf("a")]: { data: "a" },
      [stepIdOf("nap")]: null,
      [stepIdOf("wait")]: null,
    });
  });

  it("8.4 lazy ops beside the steps are waited for by nobody", async () => {
    await using app = await stage.rawApp([
      planning("lazy-2", ["a", "b"], {
        version: "2",
        beside: [opOf("DeferAdd", "later", { opts: { fn_slug: "nobody", input: {} } })],
      }),
    ]);
    assertCompleted(await stage.run("lazy-2"), "done");
    assert.equal(discoveries(app, "lazy-2").length, 2);
  });

  it("8.4 a step that is reported again while it runs is not called twice", async () => {
    const mayEnd = createGate();
    await using app = await stage.rawApp([
      planning("again", ["a", "b"], {
        version: "1",
        before: (name) => (name === "b" ? mayEnd.opened : Promise.resolve()),
      }),
    ]);
    const event = await stage.send("again");
    // The call after `a` reports `b` once more.
    await until("b was reported again", () => discoveries(app, "again").length === 2);
    mayEnd.open();
    assertCompleted(await stage.end(event), "done");
    assert.equal(app.calls("again").filter(({ stepId }) => stepId === stepIdOf("b")).length, 1);
  });

  it("8.4 the client asks for version 1 without optimizeParallelism, and for 2 otherwise", async () => {
    const both = (
      id: string,
      options: Readonly<Record<string, unknown>>,
    ): Parameters<typeof stage.app>[0][0] => ({
      id,
      options,
      handler: ({ step }) => Promise.all(["a", "b"].map((name) => step.run(name, () => name))),
    });
    await using app = await stage.app([both("plain", { optimizeParallelism: false }), both("optimised", {})]);
    assertCompleted(await stage.run("plain"), ["a", "b"]);
    assertCompleted(await stage.run("optimised"), ["a", "b"]);
    const versionsOf = (id: string): readonly unknown[] =>
      app.calls(id).map(({ headers }) => headers["x-inngest-req-version"]);
    assert.equal(versionsOf("plain")[0], "-1");
    assert.deepEqual([...new Set(versionsOf("plain").slice(1))], ["1"]);
    assert.deepEqual([...new Set(versionsOf("optimised").slice(1))], ["2"]);
  });
});

describe("8.5 and 8.6: steps that are gone, calls at once", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  it("8.5 a planned step that the app no longer finds is tried again, and at last fails the run", async () => {
    let isGone = false;
    await using app = await stage.app([
      {
        id: "gone",
        options: { retries: 0 },
        handler: async ({ step }) => {
          if (isGone) return new Promise(() => undefined);
          isGone = true;
          return Promise.all(["a", "b"].map((name) => step.run(name, () => name)));
        },
      },
    ]);
    // The client looks for the step for 10 seconds.
    assertFailed(await stage.run("gone"), "Error", /step/i);
    assert.ok(app.calls("gone").some(({ status }) => status === 500));
  });

  it("8.5 the answer that a step is gone counts as an attempt of that step", async () => {
    const answerIn = (body: unknown): Answer => sdkAnswer(500, body, { "x-inngest-no-retry": "false" });
    await using app = await stage.rawApp([
      {
        id: "gone-once",
        retries: 1,
        answer({ stepId, body }) {
          const wanted = ["a", "b"].find((name) => stepIdOf(name) === stepId);
          if (wanted === "a" && body.ctx.attempt === 0) {
            return answerIn({
              error: "Could not find step",
              requestedStep: stepId,
              foundSteps: [],
              totalFoundSteps: 0,
            });
          }
          if (wanted !== undefined) return opsAnswer([opOf("StepRun", wanted, { data: wanted })]);
          return Object.keys(body.steps).length === 2
            ? DONE
            : opsAnswer([opOf("StepPlanned", "a"), opOf("StepPlanned", "b")]);
        },
      },
    ]);
    assertCompleted(await stage.run("gone-once"), "done");
    assert.deepEqual(
      app
        .calls("gone-once")
        .filter(({ stepId }) => stepId === stepIdOf("a"))
        .map(({ body }) => body.ctx.attempt),
      [0, 1],
    );
  });

  it("8.5 a planned step that the app plans again instead of running it counts as an attempt too", async () => {
    await using app = await stage.rawApp([
      { id: "planned-again", retries: 1, answer: () => opsAnswer([opOf("StepPlanned", "a")]) },
    ]);
    assertFailed(await stage.run("planned-again"), "StepNotRun", /"a"/);
    assert.deepEqual(
      app.calls("planned-again").map(({ stepId, body }) => [stepId, body.ctx.attempt]),
      [
        ["step", 0],
        [stepIdOf("a"), 0],
        [stepIdOf("a"), 1],
      ],
    );
  });

  it("8.6 of two calls that report one step, the first is remembered and the second changes nothing", async () => {
    const mayEnd = createGate();
    await using app = await stage.rawApp([
      {
        id: "twice",
        async answer({ stepId, body }) {
          const version = { "x-inngest-req-version": "1" };
          if (stepId === stepIdOf("slow")) {
            await mayEnd.opened;
            return opsAnswer([opOf("StepRun", "slow", { data: "by the slow call" })], version);
          }
          if (stepId === stepIdOf("quick"))
            return opsAnswer([opOf("StepRun", "quick", { data: 1 })], version);
          if (stepId === stepIdOf("seen")) return opsAnswer([opOf("StepRun", "seen", { data: 2 })], version);
          if (stepIdOf("slow") in body.steps) {
            mayEnd.open();
            return stepIdOf("seen") in body.steps ? DONE : opsAnswer([opOf("StepPlanned", "seen")], version);
          }
          if (stepIdOf("quick") in body.steps) {
            return opsAnswer([opOf("StepRun", "slow", { data: "by another call" })], version);
          }
          return opsAnswer([opOf("StepPlanned", "slow"), opOf("StepPlanned", "quick")], version);
        },
      },
    ]);
    assertCompleted(await stage.run("twice"), "done");
    const memos = app.calls("twice").flatMap(({ body }) => body.steps[stepIdOf("slow")] ?? []);
    assert.ok(memos.length > 0);
    for (const memo of memos) assert.deepEqual(memo, { data: "by another call" });
  });
});
