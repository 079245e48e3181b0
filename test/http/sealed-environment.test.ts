import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { SEALED_ERROR_MESSAGE } from "@holdfast/protocol";
import type { PayloadRules } from "@holdfast/server";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { beginning, COMPLETE, newRunId, stepRun } from "../kit/endpoint-report.ts";
import { opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { clientOf } from "../kit/run-of.ts";
import type { Stage } from "../kit/stage.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import type { Answer } from "./request.ts";
import { postEvents, request } from "./request.ts";

/** What no byte of may be found. */
const CANARY = "canary-7f3a91c4";

const SEALED: PayloadRules = { mode: "sealed", clearFields: ["userId"], formats: ["holdfast", "inngest"] };

const envelope = { __SEALED__: `hf1.00112233aabb.AQ.${"A".repeat(64)}` };
const sealedError = { name: "CardError", message: SEALED_ERROR_MESSAGE, data: envelope };

/** Files of the data folder that hold the canary. */
function filesWithCanary(dataDir: string): readonly string[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(CANARY));
}

function post(stage: Stage, path: string, body: unknown): Promise<Answer> {
  return request(stage.server, "POST", path, { body: JSON.stringify(body) });
}

/** Functions of the official client, without any encryption, each of which lets the canary out at one place. */
function leaks(checkpointing: boolean): readonly FunctionSpec[] {
  const named = (id: string, handler: FunctionSpec["handler"]): FunctionSpec => ({
    id: `${id}-${checkpointing ? "checkpointed" : "plain"}`,
    options: { checkpointing, retries: 1 },
    handler,
  });
  const target = `target-${checkpointing ? "checkpointed" : "plain"}`;
  return [
    named("result", () => ({ secret: CANARY })),
    named("step-result", ({ step }) => step.run("s", () => CANARY).then(() => null)),
    named("step-input", ({ step }) =>
      step.run("s", (given: string) => (given === "" ? 0 : null), CANARY).then(() => null),
    ),
    named("parallel-input", ({ step }) =>
      Promise.all([
        step.run("a", (given: string) => (given === "" ? 0 : null), CANARY),
        step.run("b", (given: string) => (given === "" ? 0 : null), CANARY),
      ]).then(() => null),
    ),
    named("step-error", async ({ step }) => {
      await step
        .run("s", () => {
          throw new Error(CANARY);
        })
        .catch(() => null);
      return null;
    }),
    named("error", () => {
      throw new Error(CANARY);
    }),
    named("fetch", ({ step }) => step.fetch(`http://127.0.0.1:9/?q=${CANARY}`).then(() => null)),
    named("invoke", ({ step }) =>
      step.invoke("i", { function: { id: target }, data: { secret: CANARY } }).then(() => null),
    ),
  ];
}

describe("an environment that accepts sealed payloads only", { timeout: 120_000 }, () => {
  const stage = sharedStage({ payloads: SEALED, logLevel: "debug" });
  const following = new AbortController();
  const heard: string[] = [];
  let follower: Promise<void> = Promise.resolve();
  before(() => {
    follower = (async () => {
      try {
        for await (const update of clientOf(stage.server).follow({}, following.signal))
          heard.push(JSON.stringify(update));
      } catch {
        // The test ended it.
      }
    })();
  });
  after(async () => {
    following.abort();
    await follower;
  });

  it("keeps no byte that the official client lets out in clear: not in the data, the log, the traces or what followers hear", async () => {
    for (const checkpointing of [true, false]) {
      const functions = leaks(checkpointing);
      await using _ = await stage.app(functions);
      const events = await Promise.all(functions.map(({ id }) => stage.send(id)));
      const runs = await Promise.all(events.map((event) => stage.end(event)));
      for (const run of runs) {
        const trace = JSON.stringify(await clientOf(stage.server).trace(run.run_id));
        assert.ok(!`${trace}${JSON.stringify(run)}`.includes(CANARY), trace);
        if (run.status === "Failed") assert.match(JSON.stringify(run.output), /plaintext_refused/);
      }
      const failed = runs.filter(({ status }) => status === "Failed");
      assert.ok(failed.length >= 6, runs.map(({ status }) => status).join());
    }
    assert.ok(heard.length > 0);
    assert.ok(!heard.join("").includes(CANARY));
    assert.ok(!stage.server.log.lines.join("").includes(CANARY));
    assert.deepEqual(filesWithCanary(stage.server.dataDir), []);
  });

  it("refuses plaintext with 400 at every door of the API, names its place and stores nothing", async () => {
    await using app = await stage.app([{ id: "callee", handler: () => null }]);
    const event = await stage.send("callee");
    const { run_id: runId } = await stage.end(event);
    const invoke = `/v2/apps/${app.id}/functions/callee/invoke`;
    const refusals: readonly (readonly [string, Answer, RegExp])[] = [
      [
        "event",
        await postEvents(stage.server, JSON.stringify({ name: "callee/go", data: { email: CANARY } })),
        /data\.email/,
      ],
      [
        "one event of a batch",
        await postEvents(
          stage.server,
          JSON.stringify([{ name: "callee/go" }, { name: "callee/go", user: { id: CANARY } }]),
        ),
        /user\.id/,
      ],
      ["v2 event", await post(stage, "/v2/events", { name: "callee/go", data: { a: CANARY } }), /data\.a/],
      ["invoke", await post(stage, `/invoke/${app.id}-callee`, { data: { a: CANARY } }), /data\.a/],
      ["v2 invoke", await post(stage, invoke, { data: { a: CANARY } }), /data\.a/],
      ["signal", await post(stage, "/v1/signals", { signal: "s", data: CANARY }), /data/],
      ["stream", await post(stage, "/v1/realtime/publish/tee?channel=x", CANARY), /stream/],
      [
        "rerun",
        await post(stage, `/v2/runs/${runId}/rerun`, { fromStep: { stepId: "s", input: [CANARY] } }),
        /fromStep\.input\[0\]/,
      ],
      [
        "checkpoint",
        await post(stage, `/v1/checkpoint/${runId}/async`, {
          run_id: runId,
          qi_id: "x",
          steps: [opOf("StepRun", "s", { data: CANARY })],
        }),
        /the result of a step/,
      ],
      [
        "report of an endpoint",
        await post(stage, `/v1/checkpoint/${runId}/steps`, {
          run_id: runId,
          steps: [opOf("StepRun", "s", { data: null, opts: { input: [CANARY] } })],
        }),
        /opts\.input\[0\]/,
      ],
      [
        "request of an endpoint",
        await post(stage, "/v1/checkpoint", {
          run_id: "01JZZZZZZZZZZZZZZZZZZZZZZZ",
          event: {
            name: "inngest/http.request",
            data: { domain: new URL(app.url).origin, method: "POST", path: "/x", body: CANARY },
          },
        }),
        /event\.data\.body/,
      ],
    ];
    for (const [what, answer, place] of refusals) {
      assert.equal(answer.status, 400, `${what}: ${answer.text}`);
      assert.match(answer.text, /plaintext_refused/, what);
      assert.match(answer.text, place, what);
      assert.ok(!answer.text.includes(CANARY), answer.text);
    }
    const { length } = await clientOf(stage.server).eventRuns(event);
    assert.equal(length, 1);
    assert.deepEqual(filesWithCanary(stage.server.dataDir), []);
    assert.ok(!stage.server.log.lines.join("").includes(CANARY));
  });

  it("carries a run of sealed parts from its event to its end", async () => {
    await using app = await stage.rawApp((id) => [
      {
        id: "sealed",
        answer: ({ body }) => {
          if (!(stepIdOf("s") in body.steps))
            return opsAnswer([opOf("StepRun", "s", { data: envelope, opts: { input: [envelope] } })]);
          if (!(stepIdOf("i") in body.steps)) {
            const payload = { data: { ...envelope, userId: "u1" } };
            return opsAnswer([
              opOf("InvokeFunction", "i", { opts: { function_id: `${id}-child`, payload } }),
            ]);
          }
          return sdkAnswer(200, envelope);
        },
      },
      { id: "child", answer: () => sdkAnswer(400, sealedError, { "x-inngest-no-retry": "true" }) },
    ]);
    const run = await stage.run("sealed", { ...envelope, userId: "u1" });
    assert.equal(run.status, "Completed");
    assert.deepEqual(run.output, envelope);
    const [, , last] = app.calls("sealed");
    assert.deepEqual(last?.body.steps[stepIdOf("i")], { error: sealedError });
  });

  it("drops what a proxy or a broken app says, and tries again", async () => {
    let calls = 0;
    await using _ = await stage.rawApp([
      {
        id: "proxied",
        retries: 3,
        answer: () => {
          calls += 1;
          if (calls === 1) return { status: 502, body: `<html>${CANARY}</html>` };
          if (calls === 2) return { ...opsAnswer([]), body: CANARY };
          if (calls === 3) return sdkAnswer(401, { code: CANARY });
          return sdkAnswer(200, null);
        },
      },
    ]);
    const run = await stage.run("proxied");
    assert.equal(run.status, "Completed");
    assert.equal(calls, 4);
    assert.deepEqual(filesWithCanary(stage.server.dataDir), []);
  });

  it("refuses deferred input, notes and requests that the server would make, and fails once", async () => {
    const cases = {
      defer: opOf("DeferAdd", "d", { opts: { fn_slug: "x-y", input: { a: CANARY } } }),
      note: opOf("StepRun", "n", { data: null, metadata: [{ kind: "k", op: "set", values: { a: CANARY } }] }),
      gateway: opOf("Gateway", "g", { opts: { url: "http://127.0.0.1:9/", body: CANARY } }),
    };
    for (const [name, op] of Object.entries(cases)) {
      await using app = await stage.rawApp([
        {
          id: name,
          retries: 3,
          answer: ({ body }) =>
            Object.keys(body.steps).length === 0
              ? opsAnswer([op])
              : sdkAnswer(400, sealedError, { "x-inngest-no-retry": "true" }),
        },
      ]);
      const run = await stage.run(name);
      assert.equal(run.status, "Failed", name);
      const calls = app.calls(name);
      assert.ok(calls.length <= 2, name);
      const said = JSON.stringify([run.output, calls.at(-1)?.body.steps]);
      assert.match(said, /plaintext_refused/, name);
    }
    assert.deepEqual(filesWithCanary(stage.server.dataDir), []);
  });

  it("tells whoever has the signing key which keys the stored values are sealed with", async () => {
    const keys = await clientOf(stage.server).sealingKeys();
    const used = keys.find(({ keyId }) => keyId === "00112233aabb");
    assert.ok(used !== undefined, JSON.stringify(keys));
    assert.ok(Number(used.valueCount) >= 5, used.valueCount);
    assert.ok(
      used.apps?.some((app) => app.startsWith("app")),
      JSON.stringify(used),
    );
    assert.ok(Date.parse(used.firstSeenAt) <= Date.parse(used.lastSeenAt));
    assert.equal((await request(stage.server, "GET", "/v2/sealing/keys", { authorized: false })).status, 401);
  });

  it("says in the log what was refused, once for each place and app, and which key is new", () => {
    const refused = stage.server.log.entries().filter(({ msg }) => msg === "plaintext was refused");
    const places = refused.map(({ position, app }) => `${String(position)} ${String(app)}`);
    assert.ok(places.length > 5);
    assert.equal(new Set(places).size, places.length, places.join());
    const keys = stage.server.log.entries().filter(({ keyId }) => keyId === "00112233aabb");
    assert.equal(keys.length, 1);
  });
});

describe("an environment of sealed payloads and what lies around its runs", { timeout: 60_000 }, () => {
  const stage = sharedStage({ payloads: SEALED, endpointOrigins: ["https://shop.example"] });

  it("opens the run of an endpoint whose request is sealed, and keeps its sealed answer", async () => {
    const runId = newRunId();
    const text = JSON.stringify(envelope);
    const begun = await post(
      stage,
      "/v1/checkpoint",
      beginning(
        runId,
        { steps: [stepRun("s", envelope)] },
        { method: "POST", body: text, query_params: text, ip: text },
      ),
    );
    assert.equal(begun.status, 200, begun.text);
    const answer = (body: string) => ({
      run_id: runId,
      steps: [{ op: "RunComplete", id: COMPLETE, data: { status: 200, headers: {}, body } }],
    });
    const refused = await post(stage, `/v1/checkpoint/${runId}/steps`, answer(CANARY));
    assert.equal(refused.status, 400, refused.text);
    assert.equal((await post(stage, `/v1/checkpoint/${runId}/steps`, answer(text))).status, 200);
    assert.equal((await clientOf(stage.server).run(runId)).status, "Completed");
    assert.deepEqual(filesWithCanary(stage.server.dataDir), []);
  });

  it("keeps nothing of what the official client sends from within a step", async () => {
    const spec = (id: string, handler: FunctionSpec["handler"]): FunctionSpec => ({
      id,
      options: { retries: 0, checkpointing: false },
      handler,
    });
    await using _ = await stage.app([
      spec("sends", ({ step }) => step.sendEvent("e", { name: "x/y", data: { secret: CANARY } })),
      spec("signals", ({ step }) => step.sendSignal("s", { signal: "nobody", data: CANARY })),
    ]);
    for (const run of await Promise.all([stage.run("sends"), stage.run("signals")])) {
      assert.equal(run.status, "Failed");
      assert.match(JSON.stringify(run.output), /plaintext_refused/);
    }
    assert.deepEqual(filesWithCanary(stage.server.dataDir), []);
    assert.ok(!stage.server.log.lines.join("").includes(CANARY));
  });
});

describe("an environment that warns of plaintext", { timeout: 60_000 }, () => {
  const stage = sharedStage({ payloads: { ...SEALED, mode: "warn" } });

  it("takes it, and counts it in the log by place and app without its content", async () => {
    await using app = await stage.app([{ id: "warned", handler: ({ step }) => step.run("s", () => CANARY) }]);
    const run = await stage.run("warned", { email: CANARY });
    assert.equal(run.output, CANARY);
    const warned = (position: string) =>
      stage.server.log
        .entries()
        .filter((entry) => entry["msg"] === "a payload was not sealed" && entry["position"] === position);
    await until("the result was noted", () => warned("function-output").length > 0);
    assert.deepEqual(
      warned("step-output").map((entry) => [entry["app"], entry["count"]]),
      [[app.id, 1]],
    );
    assert.equal(warned("event-data").length, 1);
    assert.ok(!stage.server.log.lines.join("").includes(CANARY));
    // The same search finds it where it is taken.
    assert.notDeepEqual(filesWithCanary(stage.server.dataDir), []);
  });
});
