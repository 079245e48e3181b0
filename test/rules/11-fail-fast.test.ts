import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientOf } from "../kit/run-of.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");
const MiB = 1024 * 1024;

describe("11.1 and 11.2: errors that are never retried", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  /** A function that answers so fails at its first call, whatever its retries. */
  async function assertFailsFast(id: string, op: unknown, name: string, message: RegExp): Promise<void> {
    await using app = await stage.rawApp([{ id, retries: 3, answer: () => opsAnswer([op]) }]);
    assertFailed(await stage.run(id), name, message);
    assert.equal(app.calls(id).length, 1);
  }

  it("11.1 a sleep or a wait has up to 366 days", async () => {
    await using app = await stage.rawApp([
      {
        id: "year",
        answer: inTurn(
          opsAnswer([
            opOf("Sleep", "nap", { opts: { duration: "366d" } }),
            opOf("WaitForEvent", "wait", { opts: { event: "limits/never", timeout: "366d" } }),
          ]),
        ),
      },
    ]);
    const event = await stage.send("year");
    await until("both are open", async () => {
      const [run] = await clientOf(stage.server).eventRuns(event);
      if (run === undefined) return false;
      const { children = [] } = await clientOf(stage.server).trace(run.run_id);
      return children.filter(({ wait }) => wait?.outcome === "open").length === 2;
    });
    assert.equal(app.calls("year").length, 1);
  });

  it("11.2 a sleep of more than 366 days fails the run with InngestErrTimeoutTooLong", () =>
    assertFailsFast(
      "sleep-too-long",
      opOf("Sleep", "nap", { opts: { duration: "367d" } }),
      "InngestErrTimeoutTooLong",
      /366 days/,
    ));

  it("11.2 a wait for an event of more than 366 days does so too", () =>
    assertFailsFast(
      "wait-too-long",
      opOf("WaitForEvent", "wait", { opts: { event: "limits/never", timeout: "367d" } }),
      "InngestErrTimeoutTooLong",
      /366 days/,
    ));

  it("11.2 a wait for a signal of more than 366 days does so too", () =>
    assertFailsFast(
      "signal-too-long",
      opOf("WaitForSignal", "wait", { opts: { signal: "limits/long", timeout: "367d", conflict: "fail" } }),
      "InngestErrTimeoutTooLong",
      /366 days/,
    ));

  it("11.2 the client's sleep of 367 days fails the run at once", async () => {
    await using app = await stage.app([
      {
        id: "client-too-long",
        options: { retries: 3, checkpointing: false },
        handler: async ({ step }) => {
          await step.sleep("nap", 367 * 86_400_000);
        },
      },
    ]);
    assertFailed(await stage.run("client-too-long"), "InngestErrTimeoutTooLong", /366 days/);
    assert.equal(app.calls("client-too-long").length, 1);
  });

  it("11.2 a wait whose expression does not parse fails the run with InvalidExpression or CompileError", () =>
    assertFailsFast(
      "bad-expression",
      opOf("WaitForEvent", "wait", { opts: { event: "limits/never", timeout: "1h", if: "event.data ==" } }),
      "InvalidExpression",
      /./,
    ));

  it("11.2 a signal that another run waits for fails the run", async () => {
    const wait = opOf("WaitForSignal", "wait", {
      opts: { signal: "limits/taken", timeout: "1h", conflict: "fail" },
    });
    await using app = await stage.rawApp([{ id: "holder", answer: inTurn(opsAnswer([wait]), DONE) }]);
    const event = await stage.send("holder");
    await until("the signal is taken", async () => {
      const [run] = await clientOf(stage.server).eventRuns(event);
      if (run === undefined) return false;
      const { children = [] } = await clientOf(stage.server).trace(run.run_id);
      return children.some((child) => child.wait?.outcome === "open");
    });
    await assertFailsFast(
      "newcomer",
      wait,
      "InngestErrSignalConflict",
      /^Signal conflict; signal wait already exists for another run$/,
    );
    await clientOf(stage.server).signal("limits/taken");
    assertCompleted(await stage.end(event), "done");
    assert.equal(app.calls("holder").length, 2);
  });

  it("11.2 too many steps and too much state fail the run at once", async () => {
    const steps = Array.from({ length: 1001 }, (_, index) => opOf("StepRun", `step ${index}`, { data: 1 }));
    let given = 0;
    const large = (): unknown => opOf("StepRun", `large ${(given += 1)}`, { data: "x".repeat(3.9 * MiB) });
    await using app = await stage.rawApp([
      { id: "steps-once", retries: 3, answer: () => opsAnswer(steps) },
      { id: "state-once", retries: 3, answer: () => opsAnswer([large(), large()]) },
    ]);
    assertFailed(await stage.run("steps-once"), "InngestErrFunctionOverflowed", /1000 steps/);
    assertFailed(await stage.run("state-once"), "InngestErrStateOverflowed", /33554432 bytes/);
    for (const id of ["steps-once", "state-once"]) {
      assert.ok(
        app.calls(id).every(({ body }) => body.ctx.attempt === 0),
        id,
      );
    }
  });
});
