import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Run, TraceSpan } from "@holdfast/client";
import type { EventId, RunId } from "@holdfast/protocol";
import { clientOf, endOf, runOf, runsOf } from "../kit/run-of.ts";
import type { Json, Shop } from "./shop.ts";
import { codeOf, dataOf, FUNCTIONS, startShop } from "./shop.ts";

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const NOWHERE = "01J00000000000000000000000";

describe("reading by REST, on a server with the official SDK", { timeout: 120_000 }, () => {
  let shop: Shop;
  before(async () => {
    shop = await startShop();
  });
  after(() => shop[Symbol.asyncDispose]());

  it("GET /v2/health, /account and /envs say what is served", async () => {
    assert.deepEqual(dataOf(await shop.ask("GET", "/api/v2/health")), { status: "ok" });
    assert.equal(dataOf(await shop.ask("GET", "/v2/account"))["id"], "00000000-0000-4000-a000-000000000000");
    const [environment] = dataOf(await shop.ask("GET", "/v2/envs")) as unknown as readonly Json[];
    assert.equal(environment?.["name"], "production");
  });

  it("GET /v2/keys/… gives no key away", async () => {
    for (const kind of ["events", "signing"]) {
      const answer = await shop.ask("GET", `/v2/keys/${kind}`);
      assert.deepEqual(codeOf(answer), [501, "not_implemented"]);
    }
  });

  it("GET /v2/apps and /functions show what was registered", async () => {
    const [one] = dataOf(await shop.ask("GET", "/v2/apps")) as unknown as readonly Json[];
    assert.equal(one?.["id"], "shop");
    assert.equal(one?.["functionCount"], FUNCTIONS.length);
    const listed = (await clientOf(shop.server).functions("shop")).entries.map(({ slug }) => slug);
    assert.deepEqual(listed.toSorted(), FUNCTIONS.map(({ id }) => `shop-${id}`).toSorted());
    for (const id of ["steps", "shop-steps"]) {
      const found = dataOf(await shop.ask("GET", `/v2/apps/shop/functions/${id}`));
      assert.deepEqual(found, {
        id: "steps",
        name: "Steps",
        slug: "shop-steps",
        app: { id: "shop" },
        triggers: [{ type: "EVENT", value: "steps/go" }],
        configuration: { retries: { value: 2 } },
      });
    }
    assert.deepEqual(codeOf(await shop.ask("GET", "/v2/apps/mail")), [404, "not_found"]);
    assert.deepEqual(codeOf(await shop.ask("GET", "/v2/apps/shop/functions/none")), [404, "not_found"]);
  });

  it("POST /v2/events takes an event, and its runs are listed under it", async () => {
    const { eventId } = dataOf(
      await shop.ask("POST", "/v2/events", { name: "echoes/go", data: { text: "hi" } }),
    );
    assert.match(eventId ?? "", ULID);
    const [run] = await runsOf(shop.server, eventId ?? ("" as never));
    await endOf(shop.server, (run as Run).run_id);
    const answer = await shop.ask("GET", `/v2/events/${String(eventId)}/runs?includeOutput=true`);
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
    [{}, "missing_field", /name/],
    [{ name: 7 }, "invalid_field_format", /name/],
    [{ name: "inngest/function.failed" }, "invalid_field_format", /inngest/],
    [[], "invalid_request", /object/],
  ] as const) {
    it(`POST /v2/events refuses ${JSON.stringify(body)} as ${code}`, async () => {
      const answer = await shop.ask("POST", "/v2/events", body);
      assert.deepEqual(codeOf(answer), [400, code]);
      assert.match(answer.text, words);
    });
  }

  it("GET /v2/runs/:runId/trace shows steps, attempts and sleeps with their times", async () => {
    const run = await runOf(shop.server, await shop.send("steps", { id: 7 }));
    assert.equal(run.status, "Completed");
    const root = await clientOf(shop.server).trace(run.run_id, { includeOutput: true });
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
    const bare = await clientOf(shop.server).trace(run.run_id);
    assert.ok(!/"(?:in|out)put"/.test(JSON.stringify(bare)));
  });

  it("GET /v2/runs/:runId/trace shows what a run waits for, and the event that came", async () => {
    const run = await shop.waiting("asks", { id: 7 });
    const [open] = (await clientOf(shop.server).trace(run.run_id)).children ?? [];
    assert.equal(open?.stepOp, "WAIT_FOR_EVENT");
    assert.equal(open.wait?.outcome, "open");
    assert.equal(open.wait.event, "answer/7");
    await clientOf(shop.server).send({ name: "answer/7", data: { yes: true } });
    await endOf(shop.server, run.run_id);
    const [closed] = (await clientOf(shop.server).trace(run.run_id)).children ?? [];
    assert.equal(closed?.status, "COMPLETED");
    assert.equal(closed.wait?.outcome, "resumed");
  });

  it("GET /v2/runs/:runId/trace shows the run that a step invoked", async () => {
    const run = await runOf(shop.server, await shop.send("invokes"));
    assert.equal(run.output, "from afar");
    const [step] = (await clientOf(shop.server).trace(run.run_id)).children ?? [];
    assert.deepEqual([step?.name, step?.stepOp, step?.status], ["echo", "INVOKE", "COMPLETED"]);
    assert.equal((await endOf(shop.server, step?.wait?.runId as RunId)).output, "from afar");
  });

  it("shows every event of a run that was gathered from several", async () => {
    const ids = [await shop.send("batches"), await shop.send("batches")];
    const run = await runOf(shop.server, ids[0] as EventId);
    assert.equal(run.output, 2);
    assert.match(run.batch_id ?? "", ULID);
    const shown = dataOf(await shop.ask("GET", `/v2/runs/${run.run_id}`));
    assert.deepEqual(shown["trigger"], {
      eventIds: ids,
      eventName: "batches/go",
      isBatch: true,
      batchId: run.batch_id,
    });
  });

  it("GET /v2/runs pages through runs, filters them, and refuses what it does not know", async () => {
    const runs: string[] = [];
    for (let count = 0; count < 3; count += 1)
      runs.push((await runOf(shop.server, await shop.send("fails"))).run_id);
    const client = clientOf(shop.server);
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
      await shop.ask("GET", "/v2/apps/shop/functions/fails/runs?limit=10&include_output=true"),
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
      const answer = await shop.ask("GET", `/v2/runs?${query}`);
      assert.deepEqual(codeOf(answer), [400, "invalid_field_format"], query);
      assert.ok(answer.text.includes(query.split("=")[0] ?? "?"), answer.text);
    }
    // What is no list may not be given twice.
    assert.deepEqual(codeOf(await shop.ask("GET", "/v2/runs?limit=1&limit=2")), [400, "invalid_request"]);
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
      const refused = await shop.ask(method, path.replace("ID", "one"), body);
      assert.deepEqual(codeOf(refused), [400, "invalid_field_format"], path);
      const unknown = await shop.ask(method, path.replace("ID", NOWHERE), body);
      assert.deepEqual(codeOf(unknown), [404, "not_found"], path);
    }
    assert.deepEqual(codeOf(await shop.ask("POST", `/v2/runs/${NOWHERE}/rescue`, {})), [
      400,
      "missing_field",
    ]);
    assert.deepEqual(codeOf(await shop.ask("GET", "/v2/nothing")), [404, "not_found"]);
  });

  it("GET /v1/events hides the server's own events unless they are asked for", async () => {
    await runOf(shop.server, await shop.send("echoes"));
    const names = async (query: string): Promise<readonly string[]> => {
      const answer = await shop.ask("GET", `/v1/events?limit=51${query}`);
      return (answer.json as { data: readonly { name: string }[] }).data.map(({ name }) => name);
    };
    const isInternal = (name: string): boolean => name.startsWith("inngest/");
    assert.ok(!(await names("")).some(isInternal));
    assert.ok((await names("&internal=true")).some(isInternal));
    const finished = await names("&name=inngest/function.finished");
    assert.ok(finished.length > 0 && finished.every((name) => name === "inngest/function.finished"));
  });

  it("GET /v1/runs/:id/jobs shows what is queued", async () => {
    const run = await shop.waiting("sleeps");
    const answer = await shop.ask("GET", `/v1/runs/${run.run_id}/jobs`);
    const [job] = (answer.json as { data: readonly { kind: string; attempt: number; position: number }[] })
      .data;
    assert.deepEqual([job?.kind, job?.attempt, job?.position], ["sleep", 0, 0]);
  });

  it("answers 501 for what it does not have", async () => {
    for (const [method, path] of [
      ["POST", "/v2/envs"],
      ["GET", "/v2/insights/tables"],
      ["PUT", "/v2/sandboxes/x/files"],
    ] as const) {
      assert.deepEqual(codeOf(await shop.ask(method, path, {})), [501, "not_implemented"], path);
    }
    assert.deepEqual(codeOf(await shop.ask("GET", "/v2/env/webhooks")), [400, "missing_field"]);
  });
});
