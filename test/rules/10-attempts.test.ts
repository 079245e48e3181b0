import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGate } from "../kit/gate.ts";
import { startListener } from "../kit/listener.ts";
import { clientOf, endOf } from "../kit/run-of.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { sdkOf } from "../kit/test-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");
const BROKEN = sdkAnswer(500, { name: "Error", message: "broken" });
const STEP_ERROR = opsAnswer([opOf("StepError", "a", { error: { name: "Error", message: "step broken" } })]);
const { NonRetriableError } = sdkOf("v4");

describe("10.1: counting attempts", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  /** A function with so many retries, which never succeeds, has so many attempts. */
  async function assertAttempts(retries: number | null, attempts: number): Promise<void> {
    const id = `retries-${retries ?? "unsaid"}`;
    const seen: number[] = [];
    await using app = await stage.app([
      {
        id,
        options: retries === null ? {} : { retries },
        handler: ({ attempt, maxAttempts }) => {
          seen.push(attempt);
          assert.equal(maxAttempts, attempts);
          throw new Error("never good");
        },
      },
    ]);
    assertFailed(await stage.run(id), "Error", /^never good$/);
    assert.deepEqual(
      seen,
      Array.from({ length: attempts }, (_, index) => index),
    );
    assert.equal(app.calls(id).length, attempts);
  }

  it("10.1 retries 0 is one attempt", () => assertAttempts(0, 1));
  it("10.1 retries 3 are four attempts, counted from 0", () => assertAttempts(3, 4));
  it("10.1 retries 20, the most there may be, are 21 attempts", () => assertAttempts(20, 21));
  it("10.1 a function that says nothing has 4 retries", () => assertAttempts(null, 5));

  it("10.1 attempts belong to a step: the next one begins at 0 again", async () => {
    const seen: string[] = [];
    await using app = await stage.app([
      {
        id: "own-count",
        options: { retries: 2, checkpointing: false },
        handler: async ({ step, attempt }) => {
          for (const name of ["one", "two"]) {
            await step.run(name, () => {
              seen.push(`${name} ${attempt}`);
              if (attempt < 2) throw new Error("again");
            });
          }
          return "done";
        },
      },
    ]);
    assertCompleted(await stage.run("own-count"), "done");
    assert.deepEqual(seen, ["one 0", "one 1", "one 2", "two 0", "two 1", "two 2"]);
    assert.ok(app.calls("own-count").length > 6);
  });

  it("10.1 after a sleep, an event and a plan the count begins at 0 again", async () => {
    const failedAt = new Set<string>();
    await using app = await stage.rawApp([
      {
        id: "fresh-count",
        retries: 1,
        answer({ stepId, body }) {
          // Each position fails once before it goes on.
          const position = `${stepId} ${Object.keys(body.steps).length}`;
          if (!failedAt.has(position)) {
            failedAt.add(position);
            return BROKEN;
          }
          if (stepId === stepIdOf("planned")) return opsAnswer([opOf("StepRun", "planned", { data: 1 })]);
          if (stepIdOf("planned") in body.steps) return DONE;
          if (stepIdOf("wait") in body.steps) return opsAnswer([opOf("StepPlanned", "planned")]);
          if (stepIdOf("nap") in body.steps) {
            return opsAnswer([
              opOf("WaitForEvent", "wait", { opts: { event: "attempts/waited", timeout: "1h" } }),
            ]);
          }
          return opsAnswer([{ ...opOf("Sleep", "nap"), name: "20ms" }]);
        },
      },
    ]);
    const event = await stage.send("fresh-count");
    await until("the run waits for its event, or has gone on", async () => {
      await clientOf(stage.server).send({ name: "attempts/waited", data: {} });
      return app.calls("fresh-count").length > 4;
    });
    assertCompleted(await stage.end(event), "done");
    assert.deepEqual(
      app.calls("fresh-count").map(({ body }) => body.ctx.attempt),
      [0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
    );
  });

  it("10.1 a rerun begins at 0 again", async () => {
    await using app = await stage.rawApp([
      { id: "again", retries: 1, answer: inTurn(BROKEN, BROKEN, BROKEN, DONE) },
    ]);
    const run = await stage.run("again");
    assert.equal(run.status, "Failed");
    const { runId } = await clientOf(stage.server).rerun(run.run_id);
    assertCompleted(await endOf(stage.server, runId), "done");
    assert.deepEqual(
      app.calls("again").map(({ body }) => body.ctx.attempt),
      [0, 1, 0, 1],
    );
  });

  it("10.1 a step that is checkpointed sets the count of its call to 0", async () => {
    const seen: string[] = [];
    await using app = await stage.app([
      {
        id: "checkpointed",
        options: { retries: 2, checkpointing: { bufferedSteps: 1 } },
        handler: async ({ step, attempt }) => {
          await step.run("first", () => void seen.push(`first ${attempt}`));
          seen.push(`between ${attempt}`);
          if (seen.filter((line) => line.startsWith("between")).length < 3) throw new Error("again");
          await step.run("second", () => void seen.push(`second ${attempt}`));
          if (seen.filter((line) => line.startsWith("end")).length < 2) {
            seen.push(`end ${attempt}`);
            throw new Error("at the end");
          }
          return "done";
        },
      },
    ]);
    // Two failures before the second step and two after it: more than three attempts allow, unless the step resets them.
    assertCompleted(await stage.run("checkpointed"), "done");
    assert.equal(seen.filter((line) => line.startsWith("first")).length, 1);
    assert.equal(seen.filter((line) => line.startsWith("second")).length, 1);
    assert.ok(app.calls("checkpointed").length >= 5);
  });
});

describe("10.2: what a failure leads to", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  it("10.2 a StepError whose attempts are used up is remembered as {error}, and one call more lets user code catch it", async () => {
    const ran: string[] = [];
    await using app = await stage.app([
      {
        id: "caught",
        options: { retries: 1, checkpointing: false },
        handler: async ({ step }) => {
          try {
            await step.run("hopeless", () => {
              ran.push("hopeless");
              throw new RangeError("out of range");
            });
          } catch (error) {
            return `caught ${String(error)}`;
          }
          return "not caught";
        },
      },
    ]);
    assertCompleted(await stage.run("caught"), "caught RangeError: out of range");
    assert.deepEqual(ran, ["hopeless", "hopeless"]);
    assert.equal(app.calls("caught").length, 3);
  });

  it("10.2 a StepError with attempts left is tried again by the same call", async () => {
    await using app = await stage.rawApp([
      { id: "same-call", retries: 2, answer: inTurn(STEP_ERROR, STEP_ERROR, STEP_ERROR, DONE) },
    ]);
    assertCompleted(await stage.run("same-call"), "done");
    const calls = app.calls("same-call");
    assert.deepEqual(
      calls.map(({ body }) => body.ctx.attempt),
      [0, 1, 2, 0],
    );
    assert.equal(new Set(calls.slice(0, 3).map(({ headers }) => headers["x-inngest-job-id"])).size, 1);
    assert.deepEqual(calls[3]?.body.steps[stepIdOf("a")], {
      error: { name: "Error", message: "step broken" },
    });
  });

  it("10.2 x-inngest-no-retry on a 206 makes its StepError final", async () => {
    await using app = await stage.rawApp([
      {
        id: "final-206",
        retries: 3,
        answer: inTurn(
          { ...STEP_ERROR, headers: { ...STEP_ERROR.headers, "x-inngest-no-retry": "true" } },
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("final-206"), "done");
    const calls = app.calls("final-206");
    assert.equal(calls.length, 2);
    assert.ok(stepIdOf("a") in (calls[1]?.body.steps ?? {}));
  });

  it("10.2 StepFailed is never tried again", async () => {
    const ran: string[] = [];
    await using app = await stage.app([
      {
        id: "step-never-again",
        options: { retries: 3 },
        handler: async ({ step }) => {
          try {
            await step.run("once", () => {
              ran.push("once");
              throw new NonRetriableError("not again");
            });
          } catch (error) {
            return String(error);
          }
          return "not caught";
        },
      },
    ]);
    assert.match(String((await stage.run("step-never-again")).output), /not again$/);
    assert.deepEqual(ran, ["once"]);
    assert.ok(app.calls("step-never-again").length > 0);
  });

  it("10.2 a failure of the function is tried again, and fails the run when its attempts are used up", async () => {
    await using app = await stage.rawApp([{ id: "function-fails", retries: 2, answer: () => BROKEN }]);
    assertFailed(await stage.run("function-fails"), "Error", /^broken$/);
    assert.deepEqual(
      app.calls("function-fails").map(({ body }) => body.ctx.attempt),
      [0, 1, 2],
    );
  });

  it("10.2 a connection that breaks, an answer that is too large, and one that is no SDK's are each an attempt", async () => {
    const answers = [
      null,
      sdkAnswer(200, "x".repeat(8 * 1024 * 1024 + 1)),
      { status: 200, body: '"not from an SDK"' },
      DONE,
    ];
    await using app = await stage.rawApp([
      { id: "odd-answers", retries: 3, answer: ({ body }) => answers[body.ctx.attempt] ?? null },
    ]);
    assertCompleted(await stage.run("odd-answers"), "done");
    assert.deepEqual(
      app.calls("odd-answers").map(({ body }) => body.ctx.attempt),
      [0, 1, 2, 3],
    );
  });

  it("10.2 the last of such answers fails the run under its name", async () => {
    await using app = await stage.rawApp([
      { id: "no-sdk", retries: 1, answer: () => ({ status: 200, body: '"not from an SDK"' }) },
      { id: "no-answer", retries: 1, answer: () => null },
    ]);
    assertFailed(await stage.run("no-sdk"), "not_sdk", /^The response did not come from an Inngest SDK$/);
    assertFailed(await stage.run("no-answer"), "http_unreachable", /127\.0\.0\.1/);
    assert.equal(app.calls("no-sdk").length, 2);
    assert.equal(app.calls("no-answer").length, 2);
  });

  it("10.2 a request of the server's own is tried again by itself, and the app is called once it is settled", async () => {
    await using peer = await startListener(() => ({ status: 500, body: "busy" }));
    await using app = await stage.rawApp([
      {
        id: "gateway-attempts",
        retries: 2,
        answer: inTurn(
          opsAnswer([
            opOf("AIGateway", "ask", { opts: { url: peer.origin, format: "openai-chat", body: {} } }),
          ]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("gateway-attempts"), "done");
    assert.equal(peer.heard.length, 3);
    assert.equal(app.calls("gateway-attempts").length, 2);
  });

  it("10.2 a step's error that nobody catches fails the run right after the step is exhausted", async () => {
    const ran: number[] = [];
    await using app = await stage.app([
      {
        id: "uncaught",
        options: { retries: 1, checkpointing: false },
        handler: async ({ step, attempt }) => {
          await step.run("hopeless", () => {
            ran.push(attempt);
            throw new TypeError("no such thing");
          });
        },
      },
    ]);
    assertFailed(await stage.run("uncaught"), "TypeError", /^no such thing$/);
    assert.deepEqual(ran, [0, 1]);
    assert.deepEqual(
      app.calls("uncaught").map(({ status }) => status),
      [206, 206, 400],
    );
  });

  it("10.2 the pause of a function keeps its work, and takes no attempt for it", async () => {
    const isIn = createGate();
    const mayEnd = createGate();
    await using app = await stage.rawApp([
      {
        id: "held",
        async answer({ body }) {
          if (stepIdOf("b") in body.steps) return DONE;
          if (stepIdOf("a") in body.steps) return opsAnswer([opOf("StepRun", "b", { data: 2 })]);
          isIn.open();
          await mayEnd.opened;
          return opsAnswer([opOf("StepRun", "a", { data: 1 })]);
        },
      },
      { id: "others", answer: () => DONE },
    ]);
    const client = clientOf(stage.server);
    const event = await stage.send("held");
    await isIn.opened;
    await client.pauseFunction(app.id, "held");
    mayEnd.open();
    const [run] = await client.eventRuns(event);
    assert.ok(run);
    await until("the step is stored", async () => {
      const { children } = await client.trace(run.run_id);
      return children?.some(({ stepId, status }) => stepId === stepIdOf("a") && status === "COMPLETED");
    });
    // Work that came later gets through, and that of the paused function does not.
    await stage.run("others");
    assert.equal(app.calls("held").length, 1);
    await client.resumeFunction(app.id, "held");
    assertCompleted(await stage.end(event), "done");
    assert.deepEqual(
      app.calls("held").map(({ body }) => body.ctx.attempt),
      [0, 0, 0],
    );
  });
});
