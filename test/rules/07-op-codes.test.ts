import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientOf } from "../kit/run-of.ts";
import type { RawCall, RawFunction } from "../kit/raw-app.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");

/** The memo with which the last of these calls came. */
function memoIn(calls: readonly RawCall[], name: string): unknown {
  return calls.at(-1)?.body.steps[stepIdOf(name)];
}

describe("7.1: what each op does", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  it("7.1 the names of ops are compared without regard to capitals", async () => {
    await using app = await stage.rawApp([
      {
        id: "capitals",
        answer: inTurn(
          opsAnswer([opOf("STEPRUN", "a", { data: 1 })]),
          opsAnswer([opOf("steprun", "b", { data: 2 })]),
          opsAnswer([opOf("runcomplete", "complete", { data: "done" })]),
        ),
      },
    ]);
    assertCompleted(await stage.run("capitals"), "done");
    assert.deepEqual(app.calls("capitals").at(-1)?.body.steps, {
      [stepIdOf("a")]: { data: 1 },
      [stepIdOf("b")]: { data: 2 },
    });
  });

  it("7.1 an op that does not exist fails the attempt", async () => {
    await using app = await stage.rawApp([
      {
        id: "unknown-op",
        retries: 1,
        answer: inTurn(opsAnswer([opOf("StepMaybe", "a")]), DONE),
      },
    ]);
    assertCompleted(await stage.run("unknown-op"), "done");
    assert.deepEqual(
      app.calls("unknown-op").map(({ body }) => body.ctx.attempt),
      [0, 1],
    );
  });

  it("7.1 an op may say null where it has nothing to say", async () => {
    await using app = await stage.rawApp([
      {
        id: "nulls",
        answer: inTurn(
          opsAnswer([{ ...opOf("StepRun", "a"), displayName: null, opts: null, data: null }]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("nulls"), "done");
    assert.deepEqual(memoIn(app.calls("nulls"), "a"), { data: null });
  });

  it("7.1 displayName is what is shown of a step", async () => {
    await using app = await stage.rawApp([
      {
        id: "shown",
        answer: inTurn(
          opsAnswer([opOf("StepRun", "charge-card", { displayName: "Charge the card", data: 1 })]),
          DONE,
        ),
      },
    ]);
    const run = await stage.run("shown");
    const trace = await clientOf(stage.server).trace(run.run_id);
    const step = trace.children?.find(({ stepId }) => stepId === stepIdOf("charge-card"));
    assert.equal(step?.name, "Charge the card");
    assert.equal(app.calls("shown").length, 2);
  });

  it("7.1 None changes nothing, and stands in nobody's way", async () => {
    await using app = await stage.rawApp([
      {
        id: "none",
        answer: inTurn(opsAnswer([opOf("None", "nothing"), opOf("StepRun", "a", { data: 1 })]), DONE),
      },
    ]);
    assertCompleted(await stage.run("none"), "done");
    assert.deepEqual(app.calls("none").at(-1)?.body.steps, { [stepIdOf("a")]: { data: 1 } });
  });

  it("7.1 StepRun is remembered as {data}, and the next call follows", async () => {
    await using app = await stage.rawApp([
      { id: "step-run", answer: inTurn(opsAnswer([opOf("StepRun", "a", { data: { n: 1 } })]), DONE) },
    ]);
    assertCompleted(await stage.run("step-run"), "done");
    const calls = app.calls("step-run");
    assert.equal(calls.length, 2);
    assert.deepEqual(memoIn(calls, "a"), { data: { n: 1 } });
    assert.deepEqual(calls[1]?.body.ctx.stack, { stack: [stepIdOf("a")], current: 1 });
    assert.equal(calls[1]?.stepId, "step");
  });

  it("7.1 Step, of old SDKs, does as StepRun, and its data may be wrapped once more", async () => {
    await using app = await stage.rawApp([
      {
        id: "step-old",
        answer: inTurn(
          opsAnswer([opOf("Step", "plain", { data: { n: 1 } })]),
          opsAnswer([opOf("Step", "wrapped", { data: { data: { n: 2 } } })]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("step-old"), "done");
    const calls = app.calls("step-old");
    assert.deepEqual(memoIn(calls, "plain"), { data: { n: 1 } });
    assert.deepEqual(memoIn(calls, "wrapped"), { data: { n: 2 } });
  });

  it("7.1 StepError is called again, as the same item, one attempt later", async () => {
    await using app = await stage.rawApp([
      {
        id: "step-error",
        retries: 1,
        answer: inTurn(
          opsAnswer([opOf("StepError", "a", { error: { name: "Oops", message: "once" } })]),
          opsAnswer([opOf("StepRun", "a", { data: 1 })]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("step-error"), "done");
    const [first, second, third] = app.calls("step-error");
    assert.deepEqual(
      [first, second, third].map((call) => call?.body.ctx.attempt),
      [0, 1, 0],
    );
    assert.equal(first?.headers["x-inngest-job-id"], second?.headers["x-inngest-job-id"]);
    assert.deepEqual(second?.body.steps, {});
  });

  it("7.1 StepPlanned is followed by a call for that step alone", async () => {
    await using app = await stage.rawApp([
      {
        id: "planned",
        answer: ({ stepId, body }) => {
          if (stepId === stepIdOf("a")) return opsAnswer([opOf("StepRun", "a", { data: 1 })]);
          return stepIdOf("a") in body.steps ? DONE : opsAnswer([opOf("StepPlanned", "a")]);
        },
      },
    ]);
    assertCompleted(await stage.run("planned"), "done");
    assert.deepEqual(
      app.calls("planned").map(({ stepId }) => stepId),
      ["step", stepIdOf("a"), "step"],
    );
  });

  it("7.1 Sleep has the next call when it ends, with null for a memo", async () => {
    await using app = await stage.rawApp([
      {
        id: "sleeps",
        answer: inTurn(opsAnswer([{ ...opOf("Sleep", "nap"), name: "1s" }]), DONE),
      },
    ]);
    assertCompleted(await stage.run("sleeps"), "done");
    const [first, second] = app.calls("sleeps");
    assert.ok(first !== undefined && second !== undefined);
    assert.ok(second.at - first.at >= 1000, `called again after ${second.at - first.at} ms`);
    assert.deepEqual(second.body.steps, { [stepIdOf("nap")]: null });
  });

  it("7.1 WaitForEvent has the event itself for a memo", async () => {
    await using app = await stage.rawApp([
      {
        id: "waits",
        answer: inTurn(
          opsAnswer([{ ...opOf("WaitForEvent", "wait"), name: "op-codes/waited", opts: { timeout: "1h" } }]),
          DONE,
        ),
      },
    ]);
    const event = await stage.send("waits");
    await until("the run waits", () => app.calls("waits").length === 1);
    const { ids } = await clientOf(stage.server).send({ name: "op-codes/waited", data: { n: 7 } });
    assertCompleted(await stage.end(event), "done");
    assert.partialDeepStrictEqual(memoIn(app.calls("waits"), "wait"), {
      name: "op-codes/waited",
      data: { n: 7 },
      id: ids[0],
    });
  });

  it("7.1 InvokeFunction starts the other function, and has its result for a memo", async () => {
    await using app = await stage.rawApp((appId) => [
      {
        id: "invokes",
        answer: ({ body }) =>
          stepIdOf("call") in body.steps
            ? DONE
            : opsAnswer([
                opOf("InvokeFunction", "call", {
                  opts: { function_id: `${appId}-invoked`, payload: { data: { n: 20 } } },
                }),
              ]),
      },
      {
        id: "invoked",
        answer: ({ body }) => sdkAnswer(200, { was: body.event["data"] }),
      },
    ]);
    assertCompleted(await stage.run("invokes"), "done");
    assert.equal(app.calls("invoked").length, 1);
    assert.partialDeepStrictEqual(memoIn(app.calls("invokes"), "call"), { data: { was: { n: 20 } } });
  });

  it("7.1 WaitForSignal has the signal and its data for a memo", async () => {
    await using app = await stage.rawApp([
      {
        id: "signalled",
        answer: inTurn(
          opsAnswer([
            opOf("WaitForSignal", "wait", {
              opts: { signal: "op-codes/signal", timeout: "1h", conflict: "fail" },
            }),
          ]),
          DONE,
        ),
      },
    ]);
    const event = await stage.send("signalled");
    await until("the signal finds the run", async () => {
      await clientOf(stage.server).signal("op-codes/signal", { n: 3 });
      return true;
    });
    assertCompleted(await stage.end(event), "done");
    assert.deepEqual(memoIn(app.calls("signalled"), "wait"), {
      data: { signal: "op-codes/signal", data: { n: 3 } },
    });
  });

  it("7.1 waits come before the rest of an answer: an event that the rest causes finds them", async () => {
    await using app = await stage.rawApp((appId) => [
      {
        id: "waits-first",
        answer: ({ body }) =>
          Object.keys(body.steps).length === 2
            ? DONE
            : opsAnswer([
                opOf("InvokeFunction", "call", {
                  opts: { function_id: `${appId}-causes`, payload: { data: { n: 8 } } },
                }),
                opOf("WaitForEvent", "wait", {
                  opts: { event: "inngest/function.invoked", timeout: "1h", if: "async.data.n == 8" },
                }),
              ]),
      },
      { id: "causes", answer: () => sdkAnswer(200, "caused") },
    ]);
    assertCompleted(await stage.run("waits-first"), "done");
    const calls = app.calls("waits-first");
    assert.deepEqual(memoIn(calls, "call"), { data: "caused" });
    assert.partialDeepStrictEqual(memoIn(calls, "wait"), {
      name: "inngest/function.invoked",
      data: { n: 8 },
    });
  });

  it("7.1 RunComplete ends the run with its data", async () => {
    await using app = await stage.rawApp([
      {
        id: "completes",
        answer: inTurn(
          opsAnswer([
            opOf("StepRun", "a", { data: 1 }),
            opOf("RunComplete", "complete", { data: { total: 1 } }),
          ]),
        ),
      },
    ]);
    assertCompleted(await stage.run("completes"), { total: 1 });
    assert.equal(app.calls("completes").length, 1);
  });

  it("7.1 SyncRunComplete ends the run with its data", async () => {
    await using app = await stage.rawApp([
      {
        id: "completes-sync",
        answer: inTurn(opsAnswer([opOf("SyncRunComplete", "complete", { data: { total: 2 } })])),
      },
    ]);
    assertCompleted(await stage.run("completes-sync"), { total: 2 });
    assert.equal(app.calls("completes-sync").length, 1);
  });

  it("7.1 StepFailed is remembered as {error}, and the next call follows at once", async () => {
    const error = { name: "Declined", message: "no money", data: { partial: 1 } };
    await using app = await stage.rawApp([
      {
        id: "step-failed",
        retries: 3,
        answer: inTurn(opsAnswer([opOf("StepFailed", "a", { error })]), DONE),
      },
    ]);
    assertCompleted(await stage.run("step-failed"), "done");
    const calls = app.calls("step-failed");
    assert.equal(calls.length, 2);
    assert.deepEqual(memoIn(calls, "a"), { error });
    assert.equal(calls[1]?.body.ctx.attempt, 0);
  });

  it("7.1 DiscoveryRequest has one call more, and leaves no step behind", async () => {
    await using app = await stage.rawApp([
      {
        id: "discovers",
        answer: inTurn(opsAnswer([opOf("DiscoveryRequest", "discovery-request-1")]), DONE),
      },
    ]);
    assertCompleted(await stage.run("discovers"), "done");
    const calls = app.calls("discovers");
    assert.equal(calls.length, 2);
    assert.deepEqual(calls[1]?.body.steps, {});
  });

  it("7.1 DeferAdd starts the function when the run has ended, even beside its end", async () => {
    await using app = await stage.rawApp((appId) => [
      {
        id: "defers",
        answer: () =>
          opsAnswer([
            opOf("RunComplete", "complete", { data: "done" }),
            opOf("DeferAdd", "later", { opts: { fn_slug: `${appId}-deferred`, input: { n: 5 } } }),
          ]),
      },
      deferred(appId, "deferred"),
    ]);
    assertCompleted(await stage.run("defers"), "done");
    const [call] = await until("the deferred function runs", () => {
      const calls = app.calls("deferred");
      return calls.length > 0 && calls;
    });
    assert.partialDeepStrictEqual(call?.body.event, { data: { n: 5 } });
  });

  it("7.1 DeferAbort takes it back", async () => {
    await using app = await stage.rawApp((appId) => [
      {
        id: "takes-back",
        answer: () =>
          opsAnswer([
            opOf("DeferAdd", "wrong", { opts: { fn_slug: `${appId}-taken-back`, input: { n: 1 } } }),
            opOf("DeferAdd", "right", { opts: { fn_slug: `${appId}-taken-back`, input: { n: 2 } } }),
            opOf("DeferAbort", "abort", { opts: { target_hashed_id: stepIdOf("wrong") } }),
            opOf("RunComplete", "complete", { data: "done" }),
          ]),
      },
      deferred(appId, "taken-back"),
    ]);
    assertCompleted(await stage.run("takes-back"), "done");
    await until("the deferred function runs", () => app.calls("taken-back").length > 0);
    const calls = app.calls("taken-back");
    assert.equal(calls.length, 1);
    assert.partialDeepStrictEqual(calls[0]?.body.event, { data: { n: 2 } });
  });

  it("7.1 lazy ops do not count as steps: one step beside a defer is not parallel", async () => {
    await using app = await stage.rawApp([
      {
        id: "lazy",
        answer: ({ stepId, body }) => {
          if (stepId !== "step") return opsAnswer([opOf("StepRun", "a", { data: 1 })]);
          if (stepIdOf("a") in body.steps) return DONE;
          return opsAnswer([
            opOf("StepPlanned", "a"),
            opOf("DeferAdd", "later", { opts: { fn_slug: "nobody", input: {} } }),
          ]);
        },
      },
    ]);
    assertCompleted(await stage.run("lazy"), "done");
    const calls = app.calls("lazy");
    assert.equal(calls.length, 3);
    assert.deepEqual(
      calls.map(({ body }) => body.ctx.disable_immediate_execution),
      [false, false, false],
    );
  });

  it("7.1 lazy ops never drive a run: alone, they are an answer that says nothing", async () => {
    await using app = await stage.rawApp([
      {
        id: "only-lazy",
        answer: () => opsAnswer([opOf("DeferAdd", "later", { opts: { fn_slug: "nobody", input: {} } })]),
      },
    ]);
    assertFailed(await stage.run("only-lazy"), "EmptyResponse", /answered twice without/);
    assert.equal(app.calls("only-lazy").length, 2);
  });
});

/** A function that only a defer starts. */
function deferred(appId: string, id: string): RawFunction {
  const expression = `event.data._inngest.fn_slug == "${appId}-${id}"`;
  return {
    id,
    members: { triggers: [{ event: "inngest/deferred.schedule", expression }] },
    answer: () => DONE,
  };
}
