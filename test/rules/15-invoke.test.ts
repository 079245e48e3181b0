import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionSpec, StepTools } from "../kit/function-spec.ts";
import { createGate } from "../kit/gate.ts";
import { internalEvents } from "../kit/internal-events.ts";
import { opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import { sdkV4 } from "../kit/sdk-v4.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";
import { waiting } from "./waiting.ts";

/** What a step's error looks like to the function that catches it. */
async function caught(step: Promise<unknown>): Promise<readonly [name: string, message: string]> {
  try {
    await step;
  } catch (error) {
    if (error instanceof Error) return [error.name, error.message];
  }
  throw new Error("The step did not fail.");
}

function call(step: StepTools, appId: string, functionId: string, more: { timeout?: string } = {}) {
  return step.invoke("call", { function: sdkV4.referenceFunction({ appId, functionId }), ...more });
}

const failing: FunctionSpec["handler"] = () => {
  throw new RangeError("too far");
};

describe("15.2 invoke", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("15.2 target: is found by its slug in any app, and its result is the step's", async () => {
    await using callee = await stage.app(
      [{ id: "square", handler: ({ event }) => Number(event.data["n"]) ** 2 }],
      {
        id: "callee",
      },
    );
    await using _ = await stage.app([
      {
        id: "asks-other-app",
        handler: ({ step }) =>
          step.invoke("call", {
            function: sdkV4.referenceFunction({ appId: "callee", functionId: "square" }),
            data: { n: 7 },
          }),
      },
    ]);
    assertCompleted(await stage.run("asks-other-app"), 49);
    assert.equal(callee.calls("square").length, 1);
  });

  it("15.2 target: is found by its UUID; the memo is {data: result}", async () => {
    await using callee = await stage.app([{ id: "by-uuid", handler: () => ({ sum: 3 }) }]);
    const known = (await clientOf(stage.server).apps()).flatMap(({ functions }) => functions);
    const target = known.find(({ slug }) => slug === `${callee.id}-by-uuid`);
    await using app = await stage.rawApp([
      {
        id: "asks-uuid",
        answer: ({ body }) =>
          stepIdOf("call") in body.steps
            ? sdkAnswer(200, "over")
            : opsAnswer([opOf("InvokeFunction", "call", { opts: { function_id: target?.id, payload: {} } })]),
      },
    ]);
    await stage.run("asks-uuid");
    assert.deepEqual(app.calls("asks-uuid")[1]?.body.steps, { [stepIdOf("call")]: { data: { sum: 3 } } });
  });

  it("15.2 target: one that is not there is the step's error", async () => {
    await using _ = await stage.app([
      { id: "asks-nobody", handler: ({ step }) => caught(call(step, "nobody", "nothing")) },
    ]);
    const run = await stage.run("asks-nobody");
    const [, message] = run.output as readonly string[];
    assert.equal(message, "could not find function with ID: nobody-nothing");
    await using raw = await stage.rawApp([
      {
        id: "raw-asks-nobody",
        answer: ({ body }) =>
          stepIdOf("call") in body.steps
            ? sdkAnswer(200, "over")
            : opsAnswer([opOf("InvokeFunction", "call", { opts: { function_id: "no-id", payload: {} } })]),
      },
    ]);
    await stage.run("raw-asks-nobody");
    assert.deepEqual(raw.calls("raw-asks-nobody")[1]?.body.steps, {
      [stepIdOf("call")]: {
        error: { name: "Error", message: "could not find function with ID: no-id" },
      },
    });
  });

  it("15.2 child: its failure is the step's error, with name and message", async () => {
    await using app = await stage.app(
      [
        { id: "fails", options: { retries: 0 }, handler: failing },
        { id: "asks-fails", handler: ({ step }) => caught(call(step, "failing-child", "fails")) },
      ],
      { id: "failing-child" },
    );
    const run = await stage.run("asks-fails");
    assert.equal((run.output as readonly string[])[1], "too far");
    await using raw = await stage.rawApp([
      {
        id: "raw-asks-fails",
        answer: ({ body }) =>
          stepIdOf("call") in body.steps
            ? sdkAnswer(200, "over")
            : opsAnswer([
                opOf("InvokeFunction", "call", { opts: { function_id: `${app.id}-fails`, payload: {} } }),
              ]),
      },
    ]);
    await stage.run("raw-asks-fails");
    const memo = raw.calls("raw-asks-fails")[1]?.body.steps[stepIdOf("call")];
    const { error } = memo as { error: Readonly<Record<string, unknown>> };
    assert.deepEqual([error["name"], error["message"]], ["RangeError", "too far"]);
  });

  it("15.2 child: its cancellation is the step's error", async () => {
    await using _ = await stage.app(
      [
        { id: "sleeps", handler: ({ step }) => step.sleep("long", "1h") },
        { id: "asks-sleeps", handler: ({ step }) => caught(call(step, "cancelled-child", "sleeps")) },
      ],
      { id: "cancelled-child" },
    );
    const parent = await stage.send("asks-sleeps");
    const { run_id: parentId } = await waiting(stage, parent);
    const child = await childOf(parentId);
    await clientOf(stage.server).cancel(child);
    const run = await stage.end(parent);
    assert.equal(run.status, "Completed");
    assert.equal((run.output as readonly string[])[1], "function cancelled");
  });

  it("15.2 timeout: is the error InngestInvokeTimeoutError, and the child keeps running", async () => {
    const gate = createGate();
    await using app = await stage.app(
      [
        { id: "slow", handler: ({ step }) => step.run("wait", () => gate.opened.then(() => "at last")) },
        {
          id: "asks-slow",
          handler: ({ step }) => caught(call(step, "slow-child", "slow", { timeout: "1s" })),
        },
      ],
      { id: "slow-child" },
    );
    const parent = await stage.run("asks-slow");
    assert.equal(
      (parent.output as readonly string[])[1],
      "Timed out waiting for invoked function to complete",
    );
    await using raw = await stage.rawApp([
      {
        id: "raw-asks-slow",
        answer: ({ body }) =>
          stepIdOf("call") in body.steps
            ? sdkAnswer(200, "over")
            : opsAnswer([
                opOf("InvokeFunction", "call", {
                  opts: { function_id: `${app.id}-slow`, payload: {}, timeout: "1s" },
                }),
              ]),
      },
    ]);
    await stage.run("raw-asks-slow");
    const memo = raw.calls("raw-asks-slow")[1]?.body.steps[stepIdOf("call")];
    const { error } = memo as { error: Readonly<Record<string, unknown>> };
    assert.equal(error["name"], "InngestInvokeTimeoutError");
    assert.equal(error["message"], "Timed out waiting for invoked function to complete");
    assert.equal(typeof error["error"], "string");
    const child = await childOf(parent.run_id);
    assert.equal((await clientOf(stage.server).run(child)).ended_at, null);
    gate.open();
    assertCompleted(await endOf(stage.server, child), "at last");
  });

  it("15.2 child: one that is rate limited is the error of a step that need not wait", async () => {
    await using _ = await stage.app(
      [
        { id: "rare", options: { rateLimit: { limit: 1, period: "1h" } }, handler: () => "once" },
        {
          id: "asks-rare",
          handler: async ({ step }) => {
            const reference = sdkV4.referenceFunction({ appId: "limited-child", functionId: "rare" });
            const first = await step.invoke("first", { function: reference });
            return [first, await caught(step.invoke("second", { function: reference }))];
          },
        },
      ],
      { id: "limited-child" },
    );
    const [first, [, message]] = (await stage.run("asks-rare")).output as readonly [
      string,
      readonly string[],
    ];
    assert.equal(first, "once");
    assert.equal(message, "invoked function is rate limited");
  });

  for (const { title, options, prepare } of [
    {
      title: "15.2 child: of one that is debounced for longer, the caller waits until the timeout",
      options: { debounce: { period: "1h" } },
      prepare: null,
    },
    {
      title: "15.2 child: of one that a singleton skips, the caller waits until the timeout",
      options: { singleton: { mode: "skip" } },
      prepare: "occupy",
    },
    {
      title: "15.2 child: of one that is paused, the caller waits until the timeout",
      options: {},
      prepare: "pause",
    },
  ] as const) {
    it(title, async () => {
      const id = `silent-${prepare ?? "debounced"}`;
      await using _ = await stage.app(
        [
          { id, options, handler: ({ step }) => step.sleep("long", "1h") },
          {
            id: `asks-${id}`,
            handler: ({ step }) => caught(call(step, id, id, { timeout: "2s" })),
          },
        ],
        { id },
      );
      if (prepare === "occupy") await waiting(stage, await stage.send(id));
      if (prepare === "pause") await clientOf(stage.server).pauseFunction(id, id);
      const run = await stage.run(`asks-${id}`);
      assert.equal(
        (run.output as readonly string[])[1],
        "Timed out waiting for invoked function to complete",
      );
      assert.ok(Date.parse(run.ended_at ?? "") - Date.parse(run.run_started_at) >= 2000);
    });
  }

  it("15.2 child: one invoke that is reported twice starts one child", async () => {
    await using app = await stage.app([{ id: "single", handler: () => "done" }]);
    await using raw = await stage.rawApp([
      {
        id: "reports-twice",
        // With request version 1 every finished step causes a call: the second reports the invoke once more.
        answer: ({ body, stepId }) => {
          if (stepId !== "step") return opsAnswer([opOf("StepRun", "beside", { data: 1 })], V1);
          const invoke = opOf("InvokeFunction", "call", {
            opts: { function_id: `${app.id}-single`, payload: {} },
          });
          if (stepIdOf("call") in body.steps) return sdkAnswer(200, "over", V1);
          return stepIdOf("beside") in body.steps
            ? opsAnswer([invoke], V1)
            : opsAnswer([invoke, opOf("StepPlanned", "beside")], V1);
        },
      },
    ]);
    const run = await stage.run("reports-twice");
    assert.equal(run.status, "Completed");
    assert.ok(raw.calls("reports-twice").length >= 3);
    const events = await invokedBy(run.run_id);
    assert.equal(events.length, 1);
    const runs = await runsOf(stage.server, events[0]?.internal_id as never);
    assert.equal(runs.length, 1);
    assert.equal(app.calls("single").length, 1);
  });

  it("15.2 child: gets the sessions of its parent", async () => {
    const seen: unknown[] = [];
    await using _ = await stage.app(
      [
        { id: "asks-session", handler: ({ step }) => call(step, "session-child", "session") },
        { id: "session", handler: ({ event }) => void seen.push(event.meta?.sessions) },
      ],
      { id: "session-child" },
    );
    const sessions = { cart: "c7" };
    await stage.end(await stage.send("asks-session", {}, { meta: { sessions } }));
    assert.deepEqual(seen, [sessions]);
  });

  const V1 = { "x-inngest-req-version": "1" };

  async function invokedBy(parentId: string) {
    const events = await internalEvents(stage.server, "inngest/function.invoked");
    return events.filter(({ data }) => {
      const about = data["_inngest"] as { correlation_id?: string };
      return about.correlation_id?.startsWith(`${parentId}.`) === true;
    });
  }

  async function childOf(parentId: string) {
    const event = await until("the child is invoked", async () => (await invokedBy(parentId))[0]);
    const [run] = await runsOf(stage.server, event.internal_id);
    if (run === undefined) throw new Error(`Run ${parentId} has no child.`);
    return run.run_id;
  }
});

describe("15.2 invoke and time", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  it("15.2 timeout: is one year when nothing is said", async () => {
    await using _ = await stage.app(
      [
        { id: "forever", handler: ({ step }) => step.sleep("long", "366d") },
        { id: "asks-forever", handler: ({ step }) => caught(call(step, "year", "forever")) },
      ],
      { id: "year" },
    );
    const event = await stage.send("asks-forever");
    const { run_id: id } = await waiting(stage, event);
    const client = clientOf(stage.server);
    const { now } = await client.clock();
    const [invoked] = await internalEvents(stage.server, "inngest/function.invoked");
    assert.ok(invoked !== undefined);
    const { expire } = invoked.data["_inngest"] as { expire: number };
    const year = new Date(now);
    year.setUTCFullYear(year.getUTCFullYear() + 1);
    assert.ok(Math.abs(expire - year.getTime()) <= DAY_MS + MINUTE_MS, new Date(expire).toISOString());
    await client.advanceClock(expire - now - MINUTE_MS);
    assert.equal((await client.run(id)).ended_at, null);
    await client.advanceClock(2 * MINUTE_MS);
    const { output } = await stage.end(event);
    assert.equal((output as readonly string[])[1], "Timed out waiting for invoked function to complete");
  });
});

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
