import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { clientOf, endOf, runOf } from "../kit/run-of.ts";
import type { Shop } from "./shop.ts";
import { codeOf, dataOf, startShop } from "./shop.ts";

describe("acting by REST, on a server with the official SDK", { timeout: 120_000 }, () => {
  let shop: Shop;
  before(async () => {
    shop = await startShop();
  });
  after(() => shop[Symbol.asyncDispose]());

  it("POST /v2/runs/:runId/cancel cancels once", async () => {
    const run = await shop.begun("sleeps");
    assert.deepEqual(dataOf(await shop.ask("POST", `/v2/runs/${run.run_id}/cancel`)), { runId: run.run_id });
    assert.deepEqual(codeOf(await shop.ask("POST", `/v2/runs/${run.run_id}/cancel`)), [
      409,
      "run_already_cancelled",
    ]);
    const ended = await runOf(shop.server, await shop.send("echoes"));
    assert.deepEqual(codeOf(await shop.ask("POST", `/v2/runs/${ended.run_id}/cancel`)), [
      409,
      "run_already_ended",
    ]);
  });

  it("POST /v2/runs/:runId/rerun runs a function again, from the start or from a step", async () => {
    const first = await runOf(shop.server, await shop.send("steps", { id: 1 }));
    const client = clientOf(shop.server);
    const again = await endOf(shop.server, (await client.rerun(first.run_id)).runId);
    assert.equal(again.status, "Completed");
    assert.equal(again.original_run_id, first.run_id);
    const { runId } = await client.rerun(first.run_id, { stepId: "nap" });
    assert.equal((await endOf(shop.server, runId)).status, "Completed");
    await assert.rejects(
      client.rerun(first.run_id, { stepId: "none" }),
      (error) => isHoldfastError(error, "request_failed") && error.details["status"] === 400,
    );
  });

  it("invokes a function by /v2 and by /invoke, once for each key", async () => {
    const client = clientOf(shop.server);
    const request1 = { data: { text: "hello" }, idempotencyKey: "key-1" };
    const { runId } = await client.invoke("shop", "echoes", request1);
    assert.equal((await endOf(shop.server, runId)).output, "hello");
    const repeated = await shop.ask("POST", "/v2/apps/shop/functions/echoes/invoke", request1);
    assert.deepEqual(codeOf(repeated), [409, "idempotency_conflict"]);
    assert.deepEqual((repeated.json as { data: unknown }).data, { runId });
    for (const [body, code] of [
      [{}, "missing_field"],
      [{ data: null }, "missing_field"],
      [{ data: [] }, "invalid_field_format"],
    ] as const) {
      assert.deepEqual(codeOf(await shop.ask("POST", "/v2/apps/shop/functions/echoes/invoke", body)), [
        400,
        code,
      ]);
    }
    for (const slug of ["shop-echoes", "echoes"]) {
      const answer = await shop.ask("POST", `/invoke/${slug}`, { data: { text: slug } });
      const { id, status } = answer.json as { id: never; status: number };
      assert.equal(status, 200, answer.text);
      assert.equal((await runOf(shop.server, id)).output, slug);
    }
    assert.equal((await shop.ask("POST", "/invoke/none", {})).status, 404);
  });

  it("POST /v1/signals wakes the run that waits, and answers 404 when nobody does", async () => {
    const nobody = await shop.ask("POST", "/v1/signals", { signal: "nobody", data: 1 });
    assert.equal(nobody.status, 404);
    assert.equal((nobody.json as { error: string }).error, "No signal found");
    const run = await shop.waiting("signalled", { signal: "approve-1" });
    assert.deepEqual(await clientOf(shop.server).signal("approve-1", { by: "ann" }), { run_id: run.run_id });
    assert.deepEqual((await endOf(shop.server, run.run_id)).output, {
      signal: "approve-1",
      data: { by: "ann" },
    });
  });

  it("pauses a function, skips its runs, and lets it go on", async () => {
    const client = clientOf(shop.server);
    assert.deepEqual(await client.pauseFunction("shop", "paused"), { changed: true });
    assert.deepEqual(await client.pauseFunction("shop", "paused"), { changed: false });
    assert.equal(dataOf(await shop.ask("GET", "/v2/apps/shop/functions/paused"))["isPaused"], true);
    const skipped = await runOf(shop.server, await shop.send("paused"));
    assert.equal(skipped.status, "Skipped");
    const listed = (await client.runs({ appId: ["shop"], functionId: ["paused"], status: ["SKIPPED"] }))
      .entries;
    assert.deepEqual(
      listed.map(({ id, isSkipped, status }) => [id, isSkipped, status]),
      [[skipped.run_id, true, "QUEUED"]],
    );
    const refused = await shop.ask("POST", "/v2/apps/shop/functions/paused/invoke", { data: {} });
    assert.deepEqual(codeOf(refused), [422, "function_skipped"]);
    assert.deepEqual(await client.resumeFunction("shop", "paused"), { changed: true });
    assert.deepEqual(await client.resumeFunction("shop", "paused"), { changed: false });
    assert.equal((await runOf(shop.server, await shop.send("paused"))).output, "ran");
  });

  it("/v1/cancellations cancels the runs of a stretch of time, and is listed until it is deleted", async () => {
    const run = await shop.begun("cancelled");
    const client = clientOf(shop.server);
    const rule = await client.cancelMany({
      app_id: "shop",
      function_id: "shop-cancelled",
      started_before: new Date(Date.now() + 2000).toISOString(),
      if: "event.name == 'cancelled/go'",
    });
    assert.equal((await endOf(shop.server, run.run_id)).status, "Cancelled");
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
      const answer = await shop.ask("POST", "/v1/cancellations", { ...valid, ...change });
      assert.equal(answer.status, 400);
      assert.match(answer.text, words);
    }
  });

  it("POST /v2/runs/:runId/rescue ends a run as failed, or calls it once more", async () => {
    const client = clientOf(shop.server);
    const [kept, ended] = [await shop.waiting("sleeps"), await shop.waiting("sleeps")];
    await client.rescue(ended.run_id, "fail");
    assert.equal((await endOf(shop.server, ended.run_id)).status, "Failed");
    await client.rescue(kept.run_id, "resume");
    // It sleeps on: a call more changes nothing for a run that was well.
    assert.equal((await client.run(kept.run_id)).status, "Running");
    await client.cancel(kept.run_id);
  });

  it("finds no run that stands still, and leaves one that has ended alone", async () => {
    assert.deepEqual(await clientOf(shop.server).stranded(), []);
    const ended = await runOf(shop.server, await shop.send("echoes"));
    const refused = await shop.ask("POST", `/v2/runs/${ended.run_id}/rescue`, { act: "resume" });
    assert.deepEqual(codeOf(refused), [409, "run_already_ended"]);
  });
});
