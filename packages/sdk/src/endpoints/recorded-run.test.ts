import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { callOf } from "../execution/testing/call-of.ts";
import { apiOf } from "../execution/testing/client-of.ts";
import type { ArrivedRequest } from "./recorded-run.ts";
import { misfit, recordedRun } from "./recorded-run.ts";

const ARRIVED: ArrivedRequest = {
  app: "shop",
  functionId: "pay",
  origin: "https://shop.example",
  url: new URL("https://shop.example/pay?a=b"),
  method: "POST",
  contentType: "text/plain",
  body: new TextEncoder().encode("ü"),
};
const DATA = {
  app: "shop",
  domain: "https://shop.example",
  method: "POST",
  path: "/pay",
  fn: "pay",
  content_type: "text/plain",
  query_params: "a=b",
  body: "ü",
};
const eventOf = (changes: object = {}, name = "inngest/http.request"): Parameters<typeof misfit>[0] => ({
  event: { name, data: { ...DATA, ...changes }, id: "", ts: 0 },
});

describe("misfit()", () => {
  it("finds nothing in the request that began the run, as it was reported", () => {
    assert.equal(misfit(eventOf(), ARRIVED), null);
    // A server behind which the scheme changed, and one that keeps no more than it knows.
    assert.equal(misfit(eventOf({ domain: "http://shop.example", app: undefined }), ARRIVED), null);
    assert.equal(
      misfit(eventOf({ method: "GET" }), { ...ARRIVED, method: "GET", body: new Uint8Array() }),
      null,
    );
  });

  for (const [changes, found] of [
    [{ app: "other" }, "app"],
    [{ fn: "refund" }, "endpoint"],
    [{ fn: undefined }, "endpoint"],
    [{ domain: "https://shop.example.evil" }, "origin"],
    [{ domain: "https://shop.example:8443" }, "origin"],
    [{ domain: "shop.example" }, "origin"],
    [{ domain: undefined }, "origin"],
    [{ method: "PUT" }, "method"],
    [{ path: "/pay/" }, "address"],
    [{ query_params: "a=c" }, "address"],
    [{ content_type: "" }, "content type"],
    [{ body: "u" }, "body"],
    [{ body: "" }, "body"],
    [{ body: 1 }, "body"],
  ] as const) {
    it(`names the ${found} of a run with ${JSON.stringify(changes)}`, () => {
      assert.equal(misfit(eventOf(changes), ARRIVED), found);
    });
  }

  it("takes no event but the one that only the server sends", () => {
    assert.equal(misfit(eventOf({}, "shop/http.request"), ARRIVED), "event");
  });

  it("takes no body where there was none", () => {
    assert.equal(misfit(eventOf({ method: "GET" }), { ...ARRIVED, method: "GET" }), "body");
  });
});

describe("recordedRun()", () => {
  const call = callOf({ runId: "01J00000000000000000000000" });

  it("is the call with what the server has of it", async () => {
    const { event } = eventOf();
    const { api } = apiOf(({ path }) => ({
      status: 200,
      body: path.endsWith("/batch") ? [event] : { second: { data: 2 }, first: { data: 1 } },
    }));
    const run = await recordedRun(call, { api });
    assert.deepEqual(run.event.data, event.data);
    assert.deepEqual(run.stack, ["second", "first"]);
  });

  it("fails where the server has no event of it, has ended it, or does not know it", async () => {
    const none = apiOf(({ path }) => ({ status: 200, body: path.endsWith("/batch") ? [] : {} }));
    await assert.rejects(recordedRun(call, none), (error) => isHoldfastError(error, "request_invalid"));
    const gone = apiOf(() => 410);
    await assert.rejects(recordedRun(call, gone), (error) => isHoldfastError(error, "run_state_gone"));
    const unknown = apiOf(() => 404);
    await assert.rejects(recordedRun(call, unknown), (error) => isHoldfastError(error, "request_failed"));
  });
});
