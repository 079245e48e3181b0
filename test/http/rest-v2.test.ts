import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Run, TraceSpan } from "@holdfast/client";
import { isHoldfastError } from "@holdfast/protocol";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { eventOf } from "../kit/function-spec.ts";
import { clientOf, endOf, runOf, runsOf } from "../kit/run-of.ts";
import type { TestApp } from "../kit/test-app.ts";
import { startTestApp } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import type { Answer } from "./request.ts";
import { request } from "./request.ts";

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const NOWHERE = "01J00000000000000000000000";

/** Functions of the app that the routes are asked about. */
const FUNCTIONS: readonly FunctionSpec[] = [
  {
    id: "steps",
    options: { retries: 2, name: "Steps" },
    async handler({ attempt, event, step }) {
      const sum = await step.run("add", () => 40 + 2);
      await step.run("flaky", () => {
        if (attempt === 0) throw new Error("not yet");
        return "in the end";
      });
      await step.sleep("nap", 50);
      return { sum, id: event.data["id"] ?? null };
    },
  },
  { id: "fails", options: { retries: 0 }, handler: () => Promise.reject(new TypeError("it must not be")) },
  { id: "sleeps", handler: ({ step }) => step.sleep("long", "1h") },
  {
    id: "signalled",
    handler: ({ event, step }) =>
      step.waitForSignal("approval", {
        signal: String(event.data["signal"]),
        timeout: "1h",
        onConflict: "fail",
      }),
  },
  { id: "echoes", handler: ({ event }) => event.data["text"] ?? null },
  {
    id: "asks",
    handler: ({ event, step }) =>
      step.waitForEvent("answer", { event: `answer/${String(event.data["id"])}`, timeout: "1h" }),
  },
  { id: "paused", handler: () => "ran" },
  { id: "cancelled", handler: ({ step }) => step.sleep("long", "1h") },
];

type Json = Readonly<Record<string, never>>;

describe("REST v2 and v1, on a server with the official SDK", { timeout: 120_000 }, () => {
  let server: TestServer;
  let app: TestApp;
  before(async () => {
    server = await startTestServer();
    app = await startTestApp({ server, sdk: "v4", adapter: "node", id: "shop", functions: FUNCTIONS });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
    request(server, method, path, body === undefined ? {} : { body: JSON.stringify(body) });
  const dataOf = (answer: Answer): Json => {
    assert.equal(answer.status, 200, answer.text);
    // Members are looked up and compared; what is not there fails the comparison.
    const { data, metadata } = answer.json as { data: Json; metadata: { fetchedAt: string } };
    assert.match(metadata.fetchedAt, ISO);
    return data;
  };
  const codeOf = ({ json, status }: Answer): readonly [number, unknown] => {
    const { errors } = json as { errors?: readonly { code: string; message: string }[] };
    assert.equal(errors?.length, 1);
    return [status, errors[0]?.code];
  };
  const send = async (functionId: string, data: Readonly<Record<string, unknown>> = {}) => {
    const { ids } = await clientOf(server).send({ name: eventOf(functionId), data });
    const [id] = ids;
    assert.ok(id !== undefined);
    return id;
  };
  const begun = async (functionId: string, data?: Readonly<Record<string, unknown>>): Promise<Run> => {
    const [run] = await runsOf(server, await send(functionId, data));
    assert.ok(run !== undefined);
    return run;
  };
  /** A run whose app has been called and has answered, so that it waits. */
  const waiting = async (functionId: string, data?: Readonly<Record<string, unknown>>): Promise<Run> => {
    const run = await begun(functionId, data);
    return until(`run ${run.run_id} waits`, async () => {
      const root = await clientOf(server).trace(run.run_id);
      return root.children?.some(({ status }) => status === "WAITING") === true && run;
    });
  };

  it("GET /v2/health, /account and /envs say what is served", async () => {
    assert.deepEqual(dataOf(await ask("GET", "/api/v2/health")), { status: "ok" });
    assert.equal(dataOf(await ask("GET", "/v2/account"))["id"], "00000000-0000-4000-a000-000000000000");
    const [environment] = dataOf(await ask("GET", "/v2/envs")) as unknown as readonly Json[];
    assert.equal(environment?.["name"], "production");
  });

  it("GET /v2/keys/… gives no key away", async () => {
    for (const kind of ["events", "signing"]) {
      const answer = await ask("GET", `/v2/keys/${kind}`);
      assert.deepEqual(codeOf(answer), [501, "not_implemented"]);
    }
  });

  it("GET /v2/apps and /functions show what was registered", async () => {
    const [one] = dataOf(await ask("GET", "/v2/apps")) as unknown as readonly Json[];
    assert.equal(one?.["id"], "shop");
    assert.equal(one?.["functionCount"], FUNCTIONS.length);
    const listed = (await clientOf(server).functions("shop")).entries.map(({ slug }) => slug);
    assert.deepEqual(listed.toSorted(), FUNCTIONS.map(({ id }) => `shop-${id}`).toSorted());
    for (const id of ["steps", "shop-steps"]) {
      const found = dataOf(await ask("GET", `/v2/apps/shop/functions/${id}`));
      assert.deepEqual(found, {
        id: "steps",
        name: "Steps",
        slug: "shop-steps",
        app: { id: "shop" },
        triggers: [{ type: "EVENT", value: "steps/go" }],
        configuration: { retries: { value: 2 } },
      });
    }
    assert.deepEqual(codeOf(await ask("GET", "/v2/apps/mail")), [404, "not_found"]);
    assert.deepEqual(codeOf(await ask("GET", "/v2/apps/shop/functions/none")), [404, "not_found"]);
  });

  it("POST /v2/events takes an event, and its runs are listed under it", async () => {
    const { eventId } = dataOf(await ask("POST", "/v2/events", { name: "echoes/go", data: { text: "hi" } }));
    assert.match(eventId ?? "", ULID);
    const [run] = await runsOf(server, eventId ?? ("" as never));
    await endOf(server, (run as Run).run_id);
    const answer = await ask("GET", `/v2/events/${String(eventId)}/runs?includeOutput=true`);
    const [shown] = dataOf(answer) as unknown as readonly Json[];
    assert.deepEqual((answer.json as { page: unknown }).page, { limit: 20 });
    const { durationMs, endedAt, queuedAt, startedAt, ...rest } = shown ?? {};
    for (const at of [queuedAt, startedAt, endedAt]) assert.match(String(at), ISO);
    assert.match(String(durationMs), /^\d+$/);
    assert.deepEqual(rest, {
      id: run?.run_id,
      function: { id: "echoes", name: "echoes" },
      app: { id: "shop" },
      status: "COMPLETED",
      trigger: { eventIds: [eventId], eventName: "echoes/go" },
      output: { data: "hi" },
    });
  });

  for (const [body, code, words] of [
    [{}, "missing_field", /"name"/],
    [{ name: 7 }, "invalid_field_format", /"name"/],
    [{ name: "inngest/function.failed" }, "invalid_field_format", /inngest/],
    [[], "invalid_request", /object/],
  ] as const) {
    it(`POST /v2/events refuses ${JSON.stringify(body)} as ${code}`, async () => {
      const answer = await ask("POST", "/v2/events", body);
      assert.deepEqual(codeOf(answer), [400, code]);
      assert.match(answer.text, words);
    });
  }

  it("GET /v2/runs/:runId/trace shows steps, attempts and sleeps with their times", async () => {
    const run = await runOf(server, await send("steps", { id: 7 }));
    assert.equal(run.status, "Completed");
    const root = await clientOf(server).trace(run.run_id, { includeOutput: true });
    assert.equal(root.name, "Steps");
    assert.equal(root.status, "COMPLETED");
    assert.deepEqual(root.output, { sum: 42, id: 7 });
    assert.equal((root.input as { name?: string }).name, "steps/go");
    const steps = root.children ?? [];
    assert.deepEqual(steps.map(({ name, stepOp, status }) => [name, stepOp, status]).slice(0, 3), [
      ["add", "RUN", "COMPLETED"],
      ["flaky", "RUN", "COMPLETED"],
      ["nap", "SLEEP", "COMPLETED"],
    ]);
    const [add, flaky, nap] = steps as readonly [TraceSpan, TraceSpan, TraceSpan];
    assert.deepEqual(add.output, { data: 42 });
    assert.deepEqual(
      flaky.children?.map(({ name, status }) => [name, status]),
      [
        ["Attempt 0", "FAILED"],
        ["Attempt 1", "COMPLETED"],
      ],
    );
    assert.equal(flaky.children?.[0]?.output?.["message"], "not yet");
    assert.ok(Number(nap.durationMs) >= 50, `slept ${nap.durationMs} ms`);
    assert.equal(nap.wait?.outcome, "resumed");
    const bare = await clientOf(server).trace(run.run_id);
    assert.ok(!/"(?:in|out)put"/.test(JSON.stringify(bare)));
  });

  it("GET /v2/runs/:runId/trace shows what a run waits for, and the event that came", async () => {
    const run = await waiting("asks", { id: 7 });
    const [open] = (await clientOf(server).trace(run.run_id)).children ?? [];
    assert.equal(open?.stepOp, "WAIT_FOR_EVENT");
    assert.equal(open.wait?.outcome, "open");
    assert.equal(open.wait.event, "answer/7");
    await clientOf(server).send({ name: "answer/7", data: { yes: true } });
    await endOf(server, run.run_id);
    const [closed] = (await clientOf(server).trace(run.run_id)).children ?? [];
    assert.equal(closed?.status, "COMPLETED");
    assert.equal(closed.wait?.outcome, "resumed");
  });

  it("GET /v2/runs pages through runs, filters them, and refuses what it does not know", async () => {
    const runs: string[] = [];
    for (let count = 0; count < 3; count += 1) runs.push((await runOf(server, await send("fails"))).run_id);
    const client = clientOf(server);
    const filter = { appId: ["shop"], functionId: ["fails"], limit: 2 };
    const first = await client.runs(filter);
    const second = await client.runs({ ...filter, cursor: first.cursor ?? "" });
    assert.deepEqual(
      [...first.entries, ...second.entries].map(({ id }) => id),
      runs.toReversed(),
    );
    assert.equal(second.cursor, null);
    const oldest = await client.runs({ ...filter, order: "asc", limit: 3 });
    assert.deepEqual(
      oldest.entries.map(({ id }) => id),
      runs,
    );
    for (const [status, count] of [
      [["FAILED"], 3],
      [["COMPLETED", "RUNNING"], 0],
      [["COMPLETED", "FAILED"], 3],
    ] as const) {
      assert.equal(
        (await client.runs({ ...filter, limit: 10, status })).entries.length,
        count,
        status.join(),
      );
    }
    const [youngest] = first.entries;
    const until = youngest?.queuedAt ?? "";
    assert.equal((await client.runs({ ...filter, limit: 10, until })).entries.length, 2);
    assert.equal((await client.runs({ ...filter, limit: 10, from: until })).entries.length, 1);
    assert.deepEqual((await client.runs({ appId: ["shop"], functionId: ["none"] })).entries, []);
    const ofFunction = dataOf(
      await ask("GET", "/v2/apps/shop/functions/fails/runs?limit=10&include_output=true"),
    );
    const [one] = ofFunction as unknown as readonly { output: { name: string; message: string } }[];
    assert.deepEqual([one?.output.name, one?.output.message], ["TypeError", "it must not be"]);
    for (const query of [
      "limit=0",
      "limit=101",
      "order=up",
      "status=BROKEN",
      "functionId=fails",
      "cursor=x",
      "from=yesterday",
      "timeField=at",
      "isDeferred=true",
    ]) {
      const answer = await ask("GET", `/v2/runs?${query}`);
      assert.deepEqual(codeOf(answer), [400, "invalid_field_format"], query);
      assert.ok(answer.text.includes(query.split("=")[0] ?? "?"), answer.text);
    }
    // What is no list may not be given twice.
    assert.deepEqual(codeOf(await ask("GET", "/v2/runs?limit=1&limit=2")), [400, "invalid_request"]);
  });

  it("refuses ids that are no ULIDs, and says which runs it does not know", async () => {
    for (const [method, path, body] of [
      ["GET", "/v2/runs/ID", undefined],
      ["GET", "/v2/runs/ID/trace", undefined],
      ["POST", "/v2/runs/ID/cancel", {}],
      ["POST", "/v2/runs/ID/rerun", {}],
      ["POST", "/v2/runs/ID/rescue", { act: "resume" }],
      ["GET", "/v2/events/ID/runs", undefined],
    ] as const) {
      const refused = await ask(method, path.replace("ID", "one"), body);
      assert.deepEqual(codeOf(refused), [400, "invalid_field_format"], path);
      const unknown = await ask(method, path.replace("ID", NOWHERE), body);
      assert.deepEqual(codeOf(unknown), [404, "not_found"], path);
    }
    assert.deepEqual(codeOf(await ask("POST", `/v2/runs/${NOWHERE}/rescue`, {})), [400, "missing_field"]);
    assert.deepEqual(codeOf(await ask("GET", "/v2/nothing")), [404, "not_found"]);
  });

  it("POST /v2/runs/:runId/cancel cancels once", async () => {
    const run = await begun("sleeps");
    assert.deepEqual(dataOf(await ask("POST", `/v2/runs/${run.run_id}/cancel`)), { runId: run.run_id });
    assert.deepEqual(codeOf(await ask("POST", `/v2/runs/${run.run_id}/cancel`)), [
      409,
      "run_already_cancelled",
    ]);
    const ended = await runOf(server, await send("echoes"));
    assert.deepEqual(codeOf(await ask("POST", `/v2/runs/${ended.run_id}/cancel`)), [
      409,
      "run_already_ended",
    ]);
  });

  it("POST /v2/runs/:runId/rerun runs a function again, from the start or from a step", async () => {
    const first = await runOf(server, await send("steps", { id: 1 }));
    const client = clientOf(server);
    const again = await endOf(server, (await client.rerun(first.run_id)).runId);
    assert.equal(again.status, "Completed");
    assert.equal(again.original_run_id, first.run_id);
    const { runId } = await client.rerun(first.run_id, { stepId: "nap" });
    assert.equal((await endOf(server, runId)).status, "Completed");
    await assert.rejects(
      client.rerun(first.run_id, { stepId: "none" }),
      (error) => isHoldfastError(error, "request_failed") && error.details["status"] === 400,
    );
  });

  it("invokes a function by /v2 and by /invoke, once for each key", async () => {
    const client = clientOf(server);
    const request1 = { data: { text: "hello" }, idempotencyKey: "key-1" };
    const { runId } = await client.invoke("shop", "echoes", request1);
    assert.equal((await endOf(server, runId)).output, "hello");
    const repeated = await ask("POST", "/v2/apps/shop/functions/echoes/invoke", request1);
    assert.deepEqual(codeOf(repeated), [409, "idempotency_conflict"]);
    assert.deepEqual((repeated.json as { data: unknown }).data, { runId });
    for (const [body, code] of [
      [{}, "missing_field"],
      [{ data: null }, "missing_field"],
      [{ data: [] }, "invalid_field_format"],
    ] as const) {
      assert.deepEqual(codeOf(await ask("POST", "/v2/apps/shop/functions/echoes/invoke", body)), [400, code]);
    }
    for (const slug of ["shop-echoes", "echoes"]) {
      const answer = await ask("POST", `/invoke/${slug}`, { data: { text: slug } });
      const { id, status } = answer.json as { id: never; status: number };
      assert.equal(status, 200, answer.text);
      assert.equal((await runOf(server, id)).output, slug);
    }
    assert.equal((await ask("POST", "/invoke/none", {})).status, 404);
  });

  it("POST /v1/signals wakes the run that waits, and answers 404 when nobody does", async () => {
    const nobody = await ask("POST", "/v1/signals", { signal: "nobody", data: 1 });
    assert.equal(nobody.status, 404);
    assert.equal((nobody.json as { error: string }).error, "No signal found");
    const run = await waiting("signalled", { signal: "approve-1" });
    assert.deepEqual(await clientOf(server).signal("approve-1", { by: "ann" }), { run_id: run.run_id });
    assert.deepEqual((await endOf(server, run.run_id)).output, { signal: "approve-1", data: { by: "ann" } });
  });

  it("pauses a function, skips its runs, and lets it go on", async () => {
    const client = clientOf(server);
    assert.deepEqual(await client.pauseFunction("shop", "paused"), { changed: true });
    assert.deepEqual(await client.pauseFunction("shop", "paused"), { changed: false });
    assert.equal(dataOf(await ask("GET", "/v2/apps/shop/functions/paused"))["isPaused"], true);
    const skipped = await runOf(server, await send("paused"));
    assert.equal(skipped.status, "Skipped");
    const listed = (await client.runs({ appId: ["shop"], functionId: ["paused"], status: ["SKIPPED"] }))
      .entries;
    assert.deepEqual(
      listed.map(({ id, isSkipped, status }) => [id, isSkipped, status]),
      [[skipped.run_id, true, "QUEUED"]],
    );
    const refused = await ask("POST", "/v2/apps/shop/functions/paused/invoke", { data: {} });
    assert.deepEqual(codeOf(refused), [422, "function_skipped"]);
    assert.deepEqual(await client.resumeFunction("shop", "paused"), { changed: true });
    assert.deepEqual(await client.resumeFunction("shop", "paused"), { changed: false });
    assert.equal((await runOf(server, await send("paused"))).output, "ran");
  });

  it("/v1/cancellations cancels the runs of a stretch of time, and is listed until it is deleted", async () => {
    const run = await begun("cancelled");
    const client = clientOf(server);
    const rule = await client.cancelMany({
      app_id: "shop",
      function_id: "shop-cancelled",
      started_before: new Date(Date.now() + 2000).toISOString(),
      if: "event.name == 'cancelled/go'",
    });
    assert.equal((await endOf(server, run.run_id)).status, "Cancelled");
    assert.deepEqual(
      (await client.cancellations()).map(({ id }) => id),
      [rule.id],
    );
    await client.removeCancellation(rule.id);
    assert.deepEqual(await client.cancellations(), []);
    await assert.rejects(client.removeCancellation(rule.id), (error) => isHoldfastError(error, "not_found"));
    const valid = { app_id: "shop", function_id: "cancelled", started_before: new Date().toISOString() };
    for (const [change, words] of [
      [{ app_id: undefined }, /app_id/],
      [{ started_before: "2100-01-01T00:00:00Z" }, /started_before/],
      [{ started_after: "2100-01-01T00:00:00Z" }, /started_after/],
      [{ if: "event.data ==" }, /invalid expression: /],
    ] as const) {
      const answer = await ask("POST", "/v1/cancellations", { ...valid, ...change });
      assert.equal(answer.status, 400);
      assert.match(answer.text, words);
    }
  });

  it("GET /v1/events hides the server's own events unless they are asked for", async () => {
    await runOf(server, await send("echoes"));
    const names = async (query: string): Promise<readonly string[]> => {
      const answer = await ask("GET", `/v1/events?limit=51${query}`);
      return (answer.json as { data: readonly { name: string }[] }).data.map(({ name }) => name);
    };
    const isInternal = (name: string): boolean => name.startsWith("inngest/");
    assert.ok(!(await names("")).some(isInternal));
    assert.ok((await names("&internal=true")).some(isInternal));
    const finished = await names("&name=inngest/function.finished");
    assert.ok(finished.length > 0 && finished.every((name) => name === "inngest/function.finished"));
  });

  it("GET /v1/runs/:id/jobs shows what is queued", async () => {
    const run = await waiting("sleeps");
    const answer = await ask("GET", `/v1/runs/${run.run_id}/jobs`);
    const [job] = (answer.json as { data: readonly { kind: string; attempt: number; position: number }[] })
      .data;
    assert.deepEqual([job?.kind, job?.attempt, job?.position], ["sleep", 0, 0]);
  });

  it("finds no run that stands still, and leaves one that has ended alone", async () => {
    assert.deepEqual(await clientOf(server).stranded(), []);
    const ended = await runOf(server, await send("echoes"));
    const refused = await ask("POST", `/v2/runs/${ended.run_id}/rescue`, { act: "resume" });
    assert.deepEqual(codeOf(refused), [409, "run_already_ended"]);
  });

  it("answers 501 for what it does not have", async () => {
    for (const [method, path] of [
      ["POST", "/v2/envs"],
      ["GET", "/v2/insights/tables"],
      ["PUT", "/v2/sandboxes/x/files"],
    ] as const) {
      assert.deepEqual(codeOf(await ask(method, path, {})), [501, "not_implemented"], path);
    }
    assert.deepEqual(codeOf(await ask("GET", "/v2/env/webhooks")), [400, "missing_field"]);
  });
});
