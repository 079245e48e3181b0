import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Answer } from "../kit/listener.ts";
import type { RawApp, RawCall } from "../kit/raw-app.ts";
import { opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { clientOf } from "../kit/run-of.ts";
import { bearerOf, createSigningKey } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { sharedStage, stageOn } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const OVER = sdkAnswer(200, "over");

interface Checkpoint {
  /** What differs from what the call said; null for a member that is left out. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly prefix?: string;
  readonly signingKey?: string | null;
}

/** Reports steps of an open call, as the TypeScript SDK does. */
async function checkpoint(
  server: TestServer,
  { body }: RawCall,
  steps: unknown,
  { members = {}, prefix = "/v1/checkpoint", signingKey = server.signingKey }: Checkpoint = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { ctx } = body;
  const fields = {
    run_id: ctx.run_id,
    fn_id: ctx.fn_id,
    qi_id: ctx.qi_id,
    request_id: ctx.request_id,
    generation_id: ctx.generation_id,
    request_started_at: Date.now(),
    ts: Date.now(),
    steps,
    ...members,
  };
  const answer = await fetch(`${server.url}${prefix}/${ctx.run_id}/async`, {
    method: "POST",
    headers: signingKey === null ? {} : { authorization: bearerOf(signingKey) },
    body: JSON.stringify(fields, (_, value: unknown) => (value === null ? undefined : value)),
  });
  return { status: answer.status, text: await answer.text() };
}

describe("16.1 checkpoints of an open call", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();
  const run = (op: string, name: string, data: unknown = 1) => opOf(op, name, { data });

  it("16.1 saved: a step is remembered once it is answered with 200, on the new path and on the old", async () => {
    const codes: number[] = [];
    await using app = await stage.rawApp([
      {
        id: "saved",
        async answer(call): Promise<Answer> {
          if (stepIdOf("three") in call.body.steps) return OVER;
          for (const [name, prefix] of [
            ["one", "/v1/checkpoint"],
            ["two", "/v1/http/runs"],
          ] as const)
            codes.push(
              (await checkpoint(stage.server, call, [run("StepRun", name, name)], { prefix })).status,
            );
          const actions = await fetch(`${stage.server.url}/v0/runs/${call.body.ctx.run_id}/actions`, {
            headers: { authorization: bearerOf(stage.server.signingKey ?? "") },
          });
          seen.push(await actions.json());
          return opsAnswer([run("StepRun", "three", "three")]);
        },
      },
    ]);
    const seen: unknown[] = [];
    assertCompleted(await stage.run("saved"), "over");
    assert.deepEqual(codes, [200, 200]);
    const saved = { [stepIdOf("one")]: { data: "one" }, [stepIdOf("two")]: { data: "two" } };
    assert.deepEqual(seen, [saved]);
    const [, last] = app.calls("saved");
    assert.deepEqual(last?.body.steps, { ...saved, [stepIdOf("three")]: { data: "three" } });
    assert.deepEqual(
      last.body.ctx.stack.stack,
      ["one", "two", "three"].map((name) => stepIdOf(name)),
    );
  });

  it("16.1 saved: a step that is reported again is 200, and its first result stays", async () => {
    const codes: number[] = [];
    await using app = await stage.rawApp([
      {
        id: "again",
        async answer(call): Promise<Answer> {
          if (Object.keys(call.body.steps).length > 0) return OVER;
          for (const data of [1, 2])
            codes.push((await checkpoint(stage.server, call, [run("StepRun", "s", data)])).status);
          return opsAnswer([run("StepRun", "s", 3), run("StepRun", "t", 4)]);
        },
      },
    ]);
    await stage.run("again");
    assert.deepEqual(codes, [200, 200]);
    assert.deepEqual(app.calls("again")[1]?.body.steps, {
      [stepIdOf("s")]: { data: 1 },
      [stepIdOf("t")]: { data: 4 },
    });
  });

  it("16.1 saved: needs no more than run, function, queue item and steps", async () => {
    const codes: number[] = [];
    const none = { request_id: null, generation_id: null, request_started_at: null, ts: null };
    await using app = await stage.rawApp([
      {
        id: "bare",
        async answer(call): Promise<Answer> {
          if (Object.keys(call.body.steps).length > 0) return OVER;
          const ops = [run("StepRun", "s"), run("Step", "t")];
          codes.push((await checkpoint(stage.server, call, ops, { members: none })).status);
          return opsAnswer([opOf("DiscoveryRequest", "more")]);
        },
      },
    ]);
    assertCompleted(await stage.run("bare"), "over");
    assert.deepEqual(codes, [200]);
    assert.deepEqual(app.calls("bare")[1]?.body.steps, {
      [stepIdOf("s")]: { data: 1 },
      [stepIdOf("t")]: { data: 1 },
    });
  });

  it("16.1 saved: StepPlanned is for the trace only, and defers are taken", async () => {
    const codes: number[] = [];
    await using app = await stage.rawApp([
      {
        id: "lazy",
        async answer(call): Promise<Answer> {
          const ops = [
            opOf("StepPlanned", "p"),
            opOf("DeferAdd", "d", { opts: { fn_slug: "lazy-target", input: {} } }),
            opOf("DeferAdd", "e", { opts: { fn_slug: "lazy-target", input: {} } }),
            opOf("DeferAbort", "x", { opts: { target_hashed_id: stepIdOf("e") } }),
          ];
          if (app.calls("lazy").length > 1) return OVER;
          codes.push((await checkpoint(stage.server, call, ops)).status);
          return opsAnswer([run("StepRun", "s")]);
        },
      },
    ]);
    assertCompleted(await stage.run("lazy"), "over");
    assert.deepEqual(codes, [200]);
    assert.deepEqual(
      app.calls("lazy").map(({ stepId }) => stepId),
      ["step", "step"],
    );
    const [, second] = app.calls("lazy");
    assert.ok(second !== undefined);
    const { defers } = second.body as unknown as { defers: unknown };
    assert.deepEqual(defers, {
      [stepIdOf("d")]: { abortable: true },
      [stepIdOf("e")]: { abortable: false },
    });
  });

  it("16.1 refused: async ops are 400 'cannot checkpoint async steps', other ops 400 with their name, and nothing is saved", async () => {
    const answers = new Map<string, { status: number; text: string }>();
    const asyncOps = [
      opOf("Sleep", "sleep", { name: "1h" }),
      opOf("WaitForEvent", "wait", { opts: { timeout: "1h" } }),
      opOf("InvokeFunction", "invoke", { opts: { function_id: "x", payload: {} } }),
      opOf("WaitForSignal", "signal", { opts: { signal: "x", timeout: "1h", conflict: "fail" } }),
      opOf("Gateway", "fetch", { opts: { url: "http://127.0.0.1:9/" } }),
      opOf("AIGateway", "infer", { opts: { url: "http://127.0.0.1:9/", format: "openai-chat", body: {} } }),
      opOf("StepError", "error", { error: { name: "Error", message: "no" } }),
    ];
    const otherOps = [
      opOf("StepFailed", "failed", { error: { name: "Error", message: "no" } }),
      opOf("RunComplete", "complete", { data: 1 }),
      opOf("SyncRunComplete", "sync", { data: 1 }),
      opOf("DiscoveryRequest", "discovery"),
    ];
    await using app = await stage.rawApp([
      {
        id: "refused",
        async answer(call): Promise<Answer> {
          for (const op of [...asyncOps, ...otherOps])
            answers.set(
              String(op["op"]),
              await checkpoint(stage.server, call, [run("StepRun", "first"), op]),
            );
          return app.calls("refused").length > 1 ? OVER : opsAnswer([run("StepRun", "s")]);
        },
      },
    ]);
    assertCompleted(await stage.run("refused"), "over");
    for (const { op } of asyncOps) {
      assert.equal(answers.get(String(op))?.status, 400, String(op));
      assert.match(answers.get(String(op))?.text ?? "", /cannot checkpoint async steps/);
    }
    for (const { op } of otherOps) {
      assert.equal(answers.get(String(op))?.status, 400, String(op));
      assert.match(
        answers.get(String(op))?.text ?? "",
        new RegExp(`cannot checkpoint opcode: ${String(op)}`),
      );
    }
    assert.deepEqual(app.calls("refused")[1]?.body.steps, { [stepIdOf("s")]: { data: 1 } });
  });

  it("16.1 refused: a body that is too large is 413, one without a key or with a wrong one 401", async () => {
    const codes: number[] = [];
    await using app = await stage.rawApp([
      {
        id: "locked",
        async answer(call): Promise<Answer> {
          const ops = [run("StepRun", "s")];
          const large = [run("StepRun", "s", "x".repeat(9 * 1024 * 1024))];
          codes.push((await checkpoint(stage.server, call, large)).status);
          for (const signingKey of [null, createSigningKey()])
            codes.push((await checkpoint(stage.server, call, ops, { signingKey })).status);
          return OVER;
        },
      },
    ]);
    assertCompleted(await stage.run("locked"), "over");
    assert.deepEqual(codes, [413, 401, 401]);
    assert.equal(app.calls("locked").length, 1);
  });

  it("16.1 refused: what names no run, or another one than its path, saves nothing", async () => {
    const codes: number[] = [];
    await using app = await stage.rawApp([
      {
        id: "misnamed",
        async answer(call): Promise<Answer> {
          if (app.calls("misnamed").length > 1) return OVER;
          const ops = [run("StepRun", "s")];
          for (const members of [{ run_id: "01JAAAAAAAAAAAAAAAAAAAAAAA" }, { qi_id: null }, { steps: "s" }])
            codes.push((await checkpoint(stage.server, call, ops, { members })).status);
          const elsewhere = { ...call, body: { ...call.body, ctx: { ...call.body.ctx, run_id: UNKNOWN } } };
          codes.push((await checkpoint(stage.server, elsewhere, ops)).status);
          return opsAnswer([run("StepRun", "t")]);
        },
      },
    ]);
    await stage.run("misnamed");
    assert.deepEqual(codes, [400, 400, 400, 404]);
    assert.deepEqual(Object.keys(app.calls("misnamed")[1]?.body.steps ?? {}), [stepIdOf("t")]);
  });

  it("16.1 attempts: a saved step resets the attempts of the item under way", async () => {
    await using app = await stage.rawApp([
      {
        id: "resets",
        retries: 1,
        async answer(call): Promise<Answer> {
          const calls = app.calls("resets").length;
          if (calls === 3) return OVER;
          if (calls === 2) await checkpoint(stage.server, call, [run("StepRun", "s")]);
          return sdkAnswer(500, { name: "Error", message: "again" });
        },
      },
    ]);
    assertCompleted(await stage.run("resets"), "over");
    assert.deepEqual(
      app.calls("resets").map(({ body }) => body.ctx.attempt),
      [0, 1, 1],
    );
  });

  it("16.1 stale: a run that has ended meanwhile is 409", async () => {
    const codes: number[] = [];
    await using _ = await stage.rawApp([
      {
        id: "ended",
        async answer(call): Promise<Answer> {
          await clientOf(stage.server).cancel(call.body.ctx.run_id as never);
          codes.push((await checkpoint(stage.server, call, [run("StepRun", "s")])).status);
          return OVER;
        },
      },
    ]);
    assert.equal((await stage.run("ended")).status, "Cancelled");
    await until("the checkpoint is answered", () => codes.length > 0);
    assert.deepEqual(codes, [409]);
  });
});

describe("16.1 a call that was made again", { timeout: 60_000 }, () => {
  it("16.1 stale: an older hand-out of the item is 409, however young, and saves nothing; the current one goes on", async () => {
    await using server = await startTestServer();
    const first = Promise.withResolvers<Answer | null>();
    const codes: number[] = [];
    const app: RawApp = await stageOn(() => server).rawApp([
      {
        id: "twice",
        async answer(call) {
          const calls = app.calls("twice");
          if (calls.length === 1) return first.promise;
          if (calls.length > 2) return OVER;
          const [older] = calls as readonly [RawCall, RawCall];
          const report = async (from: RawCall, data: string): Promise<void> => {
            codes.push((await checkpoint(server, from, [opOf("StepRun", "s", { data })])).status);
          };
          await report(older, "old");
          await report(call, "new");
          await report(older, "old");
          return opsAnswer([opOf("StepRun", "t", { data: 1 })]);
        },
      },
    ]);
    await using _ = app;
    const event = await stageOn(() => server).send("twice");
    await until("the first call is open", () => app.calls("twice").length === 1);
    await server.stop(0);
    await server.start();
    assertCompleted(await stageOn(() => server).end(event), "over");
    first.resolve(null);
    assert.deepEqual(codes, [409, 200, 409]);
    const [older, current, last] = app.calls("twice");
    assert.ok((current?.body.ctx.generation_id ?? 0) > (older?.body.ctx.generation_id ?? 0));
    assert.deepEqual(last?.body.steps[stepIdOf("s")], { data: "new" });
  });
});

const UNKNOWN = "01JAAAAAAAAAAAAAAAAAAAAAAA";
