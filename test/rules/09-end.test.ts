import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Run } from "@holdfast/client";
import type { EventPayload } from "../kit/function-spec.ts";
import { clientOf, runsOf } from "../kit/run-of.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { bearerOf } from "../kit/test-keys.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, errorOf } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");
const MiB = 1024 * 1024;

describe("9.3: end of a run", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  async function stateOf(run: Run, part: "actions" | "batch"): Promise<number> {
    const { url, signingKey } = stage.server;
    const authorization = bearerOf(signingKey ?? "");
    const answer = await fetch(`${url}/v0/runs/${run.run_id}/${part}`, { headers: { authorization } });
    return answer.status;
  }

  it("9.3 an answer of 200, and RunComplete, end a run with its result as JSON", async () => {
    const result = { list: [1, null, "ü"], nested: { yes: true } };
    await using app = await stage.rawApp([
      { id: "ends-200", answer: () => sdkAnswer(200, result) },
      { id: "ends-op", answer: () => opsAnswer([opOf("RunComplete", "complete", { data: result })]) },
    ]);
    assertCompleted(await stage.run("ends-200"), result);
    assertCompleted(await stage.run("ends-op"), result);
    assert.equal(app.calls("ends-200").length + app.calls("ends-op").length, 2);
  });

  it("9.3 a failure of the function fails the run once its attempts are used up, or at once when told so", async () => {
    const error = { name: "Broken", message: "it broke", stack: "Broken: it broke\n    at x" };
    await using app = await stage.rawApp([
      { id: "fails-late", retries: 1, answer: () => sdkAnswer(500, error) },
      { id: "fails-now", retries: 1, answer: () => sdkAnswer(400, error, { "x-inngest-no-retry": "true" }) },
    ]);
    for (const id of ["fails-late", "fails-now"]) {
      const run = await stage.run(id);
      assert.equal(run.status, "Failed");
      assert.deepEqual(errorOf(run), error);
    }
    assert.equal(app.calls("fails-late").length, 2);
    assert.equal(app.calls("fails-now").length, 1);
  });

  it("9.3 an answer that is too large is shown as output_too_large", async () => {
    await using app = await stage.rawApp([
      { id: "too-large", answer: () => sdkAnswer(200, "x".repeat(8 * MiB + 1)) },
    ]);
    const run = await stage.run("too-large");
    assert.equal(run.status, "Failed");
    assert.deepEqual(errorOf(run), {
      name: "output_too_large",
      message: "Your function's response body exceeds the maximum size limit",
    });
    assert.equal(app.calls("too-large").length, 1);
  });

  it("9.3 the end is told in events: finished, and failed or cancelled beside it", async () => {
    const told: EventPayload[] = [];
    const endings = ["inngest/function.finished", "inngest/function.failed", "inngest/function.cancelled"];
    await using listening = await stage.app([
      {
        id: "hears",
        triggers: endings.map((event) => ({ event })),
        handler: ({ event }) => void told.push(event),
      },
    ]);
    await using app = await stage.rawApp([
      { id: "tells-good", answer: () => DONE },
      { id: "tells-bad", answer: () => sdkAnswer(500, { name: "Error", message: "no" }) },
      { id: "tells-cancelled", answer: () => opsAnswer([{ ...opOf("Sleep", "nap"), name: "1h" }]) },
    ]);
    const good = await stage.run("tells-good");
    const bad = await stage.run("tells-bad");
    const [asleep] = await runsOf(stage.server, await stage.send("tells-cancelled"));
    assert.ok(asleep);
    await until("it sleeps", () => app.calls("tells-cancelled").length === 1);
    await clientOf(stage.server).cancel(asleep.run_id);
    const dataOf = (event: EventPayload): Readonly<Record<string, unknown>> => event.data ?? {};
    const toldOf = (run: Run): readonly EventPayload[] =>
      told.filter((event) => dataOf(event)["run_id"] === run.run_id);
    const names = (run: Run): readonly string[] =>
      toldOf(run)
        .map(({ name }) => name.split(".")[1] ?? "")
        .toSorted();
    await until("all was told", () => toldOf(good).length + toldOf(bad).length + toldOf(asleep).length >= 5);
    assert.deepEqual(names(good), ["finished"]);
    assert.deepEqual(names(bad), ["failed", "finished"]);
    assert.deepEqual(names(asleep), ["cancelled", "finished"]);
    const [finished] = toldOf(good);
    assert.ok(finished);
    const { function_id, result, _inngest, event } = dataOf(finished);
    assert.equal(function_id, `${app.id}-tells-good`);
    assert.equal(result, "done");
    assert.deepEqual(_inngest, { status: "Completed" });
    assert.partialDeepStrictEqual(event, { name: "tells-good/go" });
    const failed = toldOf(bad).find(({ name }) => name.endsWith("failed"));
    assert.equal(failed?.id, bad.run_id);
    assert.equal(listening.calls("hears").length > 0, true);
  });

  it("9.3 what was deferred starts, also when the run fails", async () => {
    await using app = await stage.rawApp((appId) => [
      {
        id: "fails-deferring",
        answer: inTurn(
          opsAnswer([
            opOf("StepRun", "a", { data: 1 }),
            opOf("DeferAdd", "later", { opts: { fn_slug: `${appId}-after-failure`, input: {} } }),
          ]),
          sdkAnswer(500, { name: "Error", message: "no" }),
        ),
      },
      {
        id: "after-failure",
        members: {
          triggers: [
            {
              event: "inngest/deferred.schedule",
              expression: `event.data._inngest.fn_slug == "${appId}-after-failure"`,
            },
          ],
        },
        answer: () => DONE,
      },
    ]);
    assert.equal((await stage.run("fails-deferring")).status, "Failed");
    await until("the deferred function runs", () => app.calls("after-failure").length === 1);
  });

  it("9.3 queue items and waits of the run are gone: neither a sleep nor an event calls it again", async () => {
    await using app = await stage.rawApp([
      {
        id: "ends-waiting",
        answer: () =>
          opsAnswer([
            { ...opOf("Sleep", "nap"), name: "500ms" },
            opOf("WaitForEvent", "wait", { opts: { event: "end/too-late", timeout: "1h" } }),
            opOf("RunComplete", "complete", { data: "done" }),
          ]),
      },
      { id: "after-it", answer: inTurn(opsAnswer([{ ...opOf("Sleep", "nap"), name: "700ms" }]), DONE) },
    ]);
    assertCompleted(await stage.run("ends-waiting"), "done");
    await clientOf(stage.server).send({ name: "end/too-late", data: {} });
    // A sleep that began later and is longer: when it is over, the other's time has passed as well.
    assertCompleted(await stage.run("after-it"), "done");
    assert.equal(app.calls("ends-waiting").length, 1);
  });

  it("9.3 the working state is gone with the run: v0 answers 410 for actions and batch", async () => {
    await using app = await stage.rawApp([
      {
        id: "state-gone",
        answer: inTurn(
          opsAnswer([opOf("StepRun", "a", { data: 1 })]),
          opsAnswer([{ ...opOf("Sleep", "nap"), name: "500ms" }]),
          DONE,
        ),
      },
    ]);
    const event = await stage.send("state-gone");
    await until("it sleeps", () => app.calls("state-gone").length === 2);
    const [run] = await runsOf(stage.server, event);
    assert.ok(run);
    assert.deepEqual([await stateOf(run, "actions"), await stateOf(run, "batch")], [200, 200]);
    await stage.end(event);
    assert.deepEqual([await stateOf(run, "actions"), await stateOf(run, "batch")], [410, 410]);
  });

  it("9.3 trace and output stay", async () => {
    await using app = await stage.rawApp([
      {
        id: "stays",
        answer: inTurn(opsAnswer([opOf("StepRun", "a", { data: { n: 1 } })]), sdkAnswer(200, { total: 1 })),
      },
    ]);
    const run = await stage.run("stays");
    assertCompleted(run, { total: 1 });
    const trace = await clientOf(stage.server).trace(run.run_id, { includeOutput: true });
    assert.equal(trace.status, "COMPLETED");
    assert.deepEqual(
      trace.children?.filter(({ stepId }) => stepId !== undefined).map(({ name, status }) => [name, status]),
      [["a", "COMPLETED"]],
    );
    assert.equal(app.calls("stays").length, 2);
  });
});

describe("9.4: timing", { timeout: 60_000 }, () => {
  const stage = sharedStage({ tickMs: 150 });

  it("9.4 of five runs in a row the quickest begins within a second, and its sleep ends within 200 ms of its time", async () => {
    await using app = await stage.rawApp([
      {
        id: "punctual",
        answer: ({ body }) =>
          Object.keys(body.steps).length === 0 ? opsAnswer([{ ...opOf("Sleep", "nap"), name: "1s" }]) : DONE,
      },
    ]);
    const startsMs: number[] = [];
    const lateMs: number[] = [];
    for (let index = 0; index < 5; index++) {
      const sentAt = Date.now();
      assertCompleted(await stage.run("punctual"), "done");
      const [first, second] = app.calls("punctual").slice(-2);
      assert.ok(first !== undefined && second !== undefined);
      startsMs.push(first.at - sentAt);
      lateMs.push(second.at - first.at - 1000);
    }
    // Whatever else the machine does may hold up one of them; what is slow by itself holds up all.
    assert.ok(Math.min(...startsMs) <= 1000, `started after ${startsMs.join(", ")} ms`);
    assert.ok(Math.min(...lateMs) <= 200, `late by ${lateMs.join(", ")} ms`);
    assert.ok(Math.min(...lateMs) >= 0, `early by ${lateMs.join(", ")} ms`);
  });
});
