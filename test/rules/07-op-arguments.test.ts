import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientOf, runsOf } from "../kit/run-of.ts";
import type { RawApp } from "../kit/raw-app.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");
const DAY_MS = 86_400_000;

/** What the last call of a function brings of a step, once there were so many calls. */
async function memoAfter(app: RawApp, functionId: string, calls: number, name: string): Promise<unknown> {
  await until(`call ${calls} of ${functionId}`, () => app.calls(functionId).length >= calls);
  return app.calls(functionId)[calls - 1]?.body.steps[stepIdOf(name)];
}

describe("7.2: arguments of ops", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev", retryIntervalMs: 20 });

  it("7.2 a step's type may be any: what the server does not know passes through", async () => {
    await using app = await stage.rawApp([
      {
        id: "any-type",
        answer: inTurn(
          opsAnswer([opOf("StepRun", "a", { data: 1, opts: { type: "step.of.tomorrow", span: "x" } })]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("any-type"), "done");
    assert.deepEqual(await memoAfter(app, "any-type", 2, "a"), { data: 1 });
  });

  it("7.2 a step's input that is not an array fails the attempt", async () => {
    await using app = await stage.rawApp([
      {
        id: "input-text",
        answer: inTurn(opsAnswer([opOf("StepRun", "a", { data: 1, opts: { input: "text" } })])),
      },
    ]);
    assertFailed(await stage.run("input-text"), "InvalidResponse", /input/);
    assert.equal(app.calls("input-text").length, 1);
  });

  it("7.2 Sleep takes its duration from opts before its name", async () => {
    await using app = await stage.rawApp([
      {
        id: "sleep-opts",
        answer: inTurn(
          opsAnswer([{ ...opOf("Sleep", "nap"), name: "1000d", opts: { duration: "20ms" } }]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("sleep-opts"), "done");
    assert.equal(app.calls("sleep-opts").length, 2);
  });

  it("7.2 Sleep takes a duration or an ISO date from its name", async () => {
    const at = new Date(Date.now() + 1500);
    await using app = await stage.rawApp([
      {
        id: "sleep-name",
        answer: inTurn(
          opsAnswer([{ ...opOf("Sleep", "nap"), name: "300ms" }]),
          opsAnswer([{ ...opOf("Sleep", "until"), name: at.toISOString() }]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("sleep-name"), "done");
    const [first, second, third] = app.calls("sleep-name");
    assert.ok(Number(second?.at) - Number(first?.at) >= 300);
    assert.ok(Number(third?.at) >= at.getTime());
  });

  it("7.2 Sleep of a negative duration, or until a date that is past, is over at once", async () => {
    await using app = await stage.rawApp([
      {
        id: "sleep-past",
        answer: inTurn(
          opsAnswer([opOf("Sleep", "negative", { opts: { duration: "-2h" } })]),
          opsAnswer([{ ...opOf("Sleep", "past"), name: "2001-02-03T04:05:06Z" }]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("sleep-past"), "done");
    assert.deepEqual(app.calls("sleep-past").at(-1)?.body.steps, {
      [stepIdOf("negative")]: null,
      [stepIdOf("past")]: null,
    });
  });

  it("7.2 WaitForEvent takes the event's name from opts before its own name", async () => {
    await using app = await stage.rawApp([
      {
        id: "wait-opts",
        answer: inTurn(
          opsAnswer([
            opOf("WaitForEvent", "label/of-the-wait", {
              opts: { event: "op-arguments/named", timeout: "1h" },
            }),
          ]),
          DONE,
        ),
      },
    ]);
    const event = await stage.send("wait-opts");
    await until("the run waits", () => app.calls("wait-opts").length === 1);
    const client = clientOf(stage.server);
    await client.send({ name: "label/of-the-wait", data: { n: 1 } });
    await client.send({ name: "op-arguments/named", data: { n: 2 } });
    assertCompleted(await stage.end(event), "done");
    const memo = await memoAfter(app, "wait-opts", 2, "label/of-the-wait");
    assert.partialDeepStrictEqual(memo, { name: "op-arguments/named" });
  });

  it("7.2 WaitForEvent with an empty timeout expires at once, with null for a memo", async () => {
    await using app = await stage.rawApp([
      {
        id: "wait-empty",
        answer: inTurn(
          opsAnswer([opOf("WaitForEvent", "wait", { opts: { event: "op-arguments/never", timeout: "" } })]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("wait-empty"), "done");
    assert.deepEqual(app.calls("wait-empty").at(-1)?.body.steps, { [stepIdOf("wait")]: null });
  });

  it("7.2 InvokeFunction hands over data, user and v of its payload", async () => {
    await using app = await stage.rawApp((appId) => [
      {
        id: "hands-over",
        answer: ({ body }) =>
          stepIdOf("call") in body.steps
            ? DONE
            : opsAnswer([
                opOf("InvokeFunction", "call", {
                  opts: {
                    function_id: `${appId}-handed`,
                    payload: { data: { n: 1 }, user: { id: "u" }, v: "2026-01-01" },
                  },
                }),
              ]),
      },
      { id: "handed", answer: () => DONE },
    ]);
    assertCompleted(await stage.run("hands-over"), "done");
    const [call] = app.calls("handed");
    assert.ok(call);
    const { name, data, user, v } = call.body.event;
    assert.equal(name, "inngest/function.invoked");
    assert.partialDeepStrictEqual(data, { n: 1 });
    assert.deepEqual(user, { id: "u" });
    assert.equal(v, "2026-01-01");
  });

  it("7.2 WaitForSignal with conflict replace takes the signal over, and with fail ends the newcomer", async () => {
    const wait = (conflict: string): ReturnType<typeof opsAnswer> =>
      opsAnswer([
        opOf("WaitForSignal", "wait", { opts: { signal: "op-arguments/signal", timeout: "1h", conflict } }),
      ]);
    await using app = await stage.rawApp([
      { id: "signal-first", answer: inTurn(wait("fail"), DONE) },
      { id: "signal-fail", answer: inTurn(wait("fail"), DONE) },
      { id: "signal-replace", answer: inTurn(wait("replace"), DONE) },
    ]);
    const holds = async (functionId: string): Promise<string> => {
      const event = await stage.send(functionId);
      const [run] = await runsOf(stage.server, event);
      assert.ok(run);
      await until(`${functionId} waits`, async () => {
        const { children } = await clientOf(stage.server).trace(run.run_id);
        return children?.some(({ wait: found }) => found?.outcome === "open") === true;
      });
      return run.run_id;
    };
    await holds("signal-first");
    assertFailed(
      await stage.run("signal-fail"),
      "InngestErrSignalConflict",
      /^Signal conflict; signal wait already exists for another run$/,
    );
    const holder = await holds("signal-replace");
    const woken = await clientOf(stage.server).signal("op-arguments/signal");
    assert.equal(woken.run_id, holder);
    assert.equal(app.calls("signal-first").length, 1);
  });

  it("7.2 RunComplete without data is a result of null", async () => {
    await using app = await stage.rawApp([
      { id: "no-data", answer: inTurn(opsAnswer([opOf("RunComplete", "complete")])) },
    ]);
    assertCompleted(await stage.run("no-data"), null);
    assert.equal(app.calls("no-data").length, 1);
  });

  it("7.2 metadata of a step is shown with it, whether it came by set or by merge", async () => {
    const note = (op: string, n: number): unknown => ({
      kind: "userland.note",
      scope: "step",
      op,
      values: { [op]: n },
    });
    await using app = await stage.rawApp([
      {
        id: "noted",
        answer: inTurn(
          opsAnswer([opOf("StepRun", "a", { data: 1, metadata: [note("set", 1), note("merge", 2)] })]),
          DONE,
        ),
      },
    ]);
    const run = await stage.run("noted");
    assert.equal(app.calls("noted").length, 2);
    const { children } = await clientOf(stage.server).trace(run.run_id);
    const step = children?.find(({ stepId }) => stepId === stepIdOf("a"));
    assert.deepEqual(
      step?.metadata?.map(({ kind, scope, values }) => ({ kind, scope, values })),
      [{ kind: "userland.note", scope: "step", values: { set: 1, merge: 2 } }],
    );
  });
});

describe("7.2: the time an invoke has when it says nothing", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev", retryIntervalMs: 20 });

  it("7.2 InvokeFunction without a timeout waits for one year", async () => {
    await using app = await stage.rawApp((appId) => [
      {
        id: "patient",
        answer: ({ body }) =>
          stepIdOf("call") in body.steps
            ? DONE
            : opsAnswer([opOf("InvokeFunction", "call", { opts: { function_id: `${appId}-silent` } })]),
      },
      {
        id: "silent",
        answer: inTurn(
          opsAnswer([
            opOf("WaitForEvent", "wait", { opts: { event: "op-arguments/never", timeout: "366d" } }),
          ]),
        ),
      },
    ]);
    const event = await stage.send("patient");
    await until("the child waits", () => app.calls("silent").length === 1);
    const client = clientOf(stage.server);
    await client.advanceClock(364 * DAY_MS);
    const [run] = await client.eventRuns(event);
    assert.equal(run?.status, "Running");
    await client.advanceClock(2 * DAY_MS);
    assertCompleted(await stage.end(event), "done");
    assert.deepEqual(await memoAfter(app, "patient", 2, "call"), {
      error: {
        name: "InngestInvokeTimeoutError",
        error: "Timed out waiting for invoked function to complete",
        message: "Timed out waiting for invoked function to complete",
      },
    });
  });
});
