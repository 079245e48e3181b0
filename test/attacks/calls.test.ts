import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { postEvents, request } from "../http/request.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";

const DONE = sdkAnswer(200, "done");

describe("an app that answers what no app should", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  it("A-104 absurd ops end its own run in good order, and no other", async () => {
    const absurd: Readonly<Record<string, readonly [ops: unknown, status: string]>> = {
      "no-list": [{}, "Failed"],
      "op-nobody-knows": [[opOf("Explode", "a")], "Failed"],
      // The first result counts.
      "twice-the-same-step": [
        [opOf("StepRun", "a", { data: 1 }), opOf("StepRun", "a", { data: 2 })],
        "Completed",
      ],
      // It is over as it begins.
      "sleep-of-less-than-nothing": [[opOf("Sleep", "a", { opts: { duration: "-5s" } })], "Completed"],
      "sleep-of-a-thousand-years": [[opOf("Sleep", "a", { opts: { duration: "365000d" } })], "Failed"],
      // The step has the error, which user code may catch.
      "function-of-nobody": [
        [opOf("InvokeFunction", "a", { opts: { function_id: "nobody-has-this" } })],
        "Completed",
      ],
      "op-without-an-id": [[{ op: "StepRun", data: 1 }], "Failed"],
      "numbers-for-words": [[{ op: 7, id: 7, name: 7 }], "Failed"],
    };
    await using app = await stage.rawApp([
      ...Object.entries(absurd).map(([id, [ops]]) => ({ id, answer: inTurn(opsAnswer(ops), DONE) })),
      {
        id: "a-finished-step-again",
        answer: inTurn(
          opsAnswer([opOf("StepRun", "a", { data: 1 })]),
          opsAnswer([opOf("StepRun", "a", { data: 2 })]),
          DONE,
        ),
      },
      { id: "honest", answer: inTurn(opsAnswer([opOf("StepRun", "a", { data: 1 })]), DONE) },
    ]);
    const honest = stage.run("honest");
    for (const [id, [, status]] of Object.entries(absurd))
      assert.equal((await stage.run(id)).status, status, id);
    assert.equal((await honest).status, "Completed");
    assert.equal((await stage.run("a-finished-step-again")).status, "Completed");
    const last = app.calls("a-finished-step-again").at(-1);
    assert.deepEqual(last?.body.steps[stepIdOf("a")], { data: 1 }, "the first result counts");
    const memos = app.calls("twice-the-same-step")[1]?.body.steps;
    assert.deepEqual(memos?.[stepIdOf("a")], { data: 1 });
    assert.match(JSON.stringify(app.calls("function-of-nobody")[1]?.body.steps), /"error"/);
  });

  it("A-105 an answer cannot speak for another run, nor forge what the server alone writes", async () => {
    const victim = await stageRun("victim");
    await using app = await stage.rawApp([
      {
        id: "forger",
        answer: inTurn(
          opsAnswer([
            opOf("StepRun", "a", {
              data: { run_id: victim.runId, status: "Completed", _inngest: { correlation_id: victim.runId } },
              run_id: victim.runId,
              runId: victim.runId,
              ctx: { run_id: victim.runId },
            }),
          ]),
          sdkAnswer(
            200,
            { run_id: victim.runId },
            { "x-run-id": victim.runId, "x-inngest-run-id": victim.runId },
          ),
        ),
      },
    ]);
    assert.equal((await stage.run("forger")).status, "Completed");
    assert.equal(app.calls("forger").length, 2);
    const after = await clientOf(stage.server).run(victim.runId);
    assert.deepEqual([after.status, after.output], ["Running", undefined]);
    await clientOf(stage.server).cancel(victim.runId);
    await victim[Symbol.asyncDispose]();
  });

  it("A-106 what comes after a run was cancelled changes nothing of it, not the first time nor the second", async () => {
    const victim = await stageRun("cancelled");
    await clientOf(stage.server).cancel(victim.runId);
    await stage.end(victim.eventId);
    const before = await clientOf(stage.server).run(victim.runId);
    const late = () =>
      request(stage.server, "POST", `/v1/checkpoint/${victim.runId}/async`, {
        body: JSON.stringify({
          run_id: victim.runId,
          fn_id: victim.call.body.ctx.fn_id,
          qi_id: victim.call.body.ctx.qi_id,
          request_id: victim.call.body.ctx.request_id,
          generation_id: victim.call.body.ctx.generation_id,
          steps: [opOf("StepRun", "late", { data: 1 })],
        }),
      });
    for (const answer of [await late(), await late()])
      assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
    assert.deepEqual(await clientOf(stage.server).run(victim.runId), before);
    const steps = await request(stage.server, "GET", `/v0/runs/${victim.runId}/actions`);
    assert.ok(!steps.text.includes(stepIdOf("late")), steps.text);
    await victim[Symbol.asyncDispose]();
  });

  it("A-107 a step that sends an event of the server's own is refused, and nobody wakes", async () => {
    const forged = { name: "inngest/function.finished", data: { run_id: "x" } };
    await using app = await stage.app([
      {
        id: "sends-forged",
        options: { retries: 0 },
        handler: ({ step }) => step.sendEvent("forge", forged),
      },
      {
        id: "listens",
        triggers: [{ event: forged.name, if: "event.data.run_id == 'x'" }],
        handler: () => "woken",
      },
      { id: "comes-later", handler: () => "done" },
    ]);
    assert.equal((await stage.run("sends-forged")).status, "Failed");
    assert.ok(app.calls("sends-forged").length > 0);
    // Sent by hand, and in other letters.
    for (const name of [forged.name, "INNGEST/function.finished", "ｉnngest/function.finished"])
      assert.equal((await postEvents(stage.server, JSON.stringify({ ...forged, name }))).status, 400, name);
    assert.equal((await stage.run("comes-later")).status, "Completed");
    assert.equal(app.calls("listens").length, 0);
  });

  it("A-108 a step's request to where clouds keep their secrets is not made, and says by which rule", async () => {
    const targets = [
      "http://169.254.169.254/latest/",
      "http://[fd00:ec2::254]/",
      "http://metadata.google.internal/",
    ];
    await using app = await stage.rawApp([
      {
        id: "asks",
        answer: (call) => {
          const step = Object.keys(call.body.steps).length;
          const url = targets[step];
          return url === undefined
            ? DONE
            : opsAnswer([
                opOf("Gateway", `ask-${step}`, { opts: { url, headers: { "metadata-flavor": "Google" } } }),
              ]);
        },
      },
    ]);
    await stage.run("asks");
    assert.equal(app.calls("asks").length, targets.length + 1, "each is asked for");
    const said = stage.server.log.lines.filter((line) =>
      line.includes("the egress policy refused a request"),
    );
    for (const host of ["169.254.169.254", "fd00:ec2::254", "metadata.google.internal"])
      assert.ok(
        said.some((line) => line.includes(`"${host}"`) && line.includes("metadata_service")),
        host,
      );
  });

  /** A run that waits for an hour. */
  async function stageRun(name: string) {
    const app = await stage.rawApp([
      { id: name, answer: inTurn(opsAnswer([opOf("Sleep", "nap", { opts: { duration: "1h" } })])) },
    ]);
    const eventId = await stage.send(name);
    const client = clientOf(stage.server);
    for (;;) {
      const [run] = await client.eventRuns(eventId);
      const [call] = app.calls(name);
      if (run?.status === "Running" && call !== undefined)
        return { runId: run.run_id, eventId, call, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});
