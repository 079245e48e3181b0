import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson } from "@holdfast/protocol";
import fc from "fast-check";
import { definitionOf } from "../registry/testing/definition.ts";
import { endpointCall } from "./endpoint-call.ts";
import type { EndpointCall } from "./endpoint-call.ts";
import { queueItem, stateOf, step, targeted } from "./testing/builders.ts";

const definition = definitionOf({ url: "https://shop.example/" });
const identity = { requestId: "01J00000000000000000000009", traceparent: "00-0-0-01" };

function callFor(data: Readonly<Record<string, unknown>>, item = queueItem()): EndpointCall {
  const event = canonicalJson({
    name: "inngest/http.request",
    data: { method: "GET", path: "/", query_params: "", content_type: "", body: "", ...data },
  });
  const call = endpointCall(
    { ...stateOf({ requestVersion: 2 }), events: [event] },
    item,
    definition,
    identity,
  );
  assert.ok(call);
  return call;
}

describe("endpointCall()", () => {
  it("repeats the request: method, path, query, content type and body, byte for byte", () => {
    const call = callFor({
      method: "POST",
      path: "/pay/1",
      query_params: "a=1&b=%C3%BC",
      content_type: "application/json",
      body: '{ "z": 1,\n "a": "ü" }',
    });
    assert.equal(call.method, "POST");
    assert.equal(call.url, "https://shop.example/pay/1?a=1&b=%C3%BC");
    assert.equal(call.headers["content-type"], "application/json");
    assert.equal(call.body, '{ "z": 1,\n "a": "ü" }');
    assert.equal(call.signed, '{"a":"ü","z":1}');
  });

  it("says which run it is, and whether steps are to be planned or one is to be run", () => {
    const { headers } = callFor({}, targeted("abc"));
    assert.equal(headers["x-run-id"], "01J00000000000000000000000");
    assert.equal(headers["x-inngest-step-id"], step("abc"));
    assert.equal(headers["x-inngest-force-step-plan"], "false");
    assert.equal(headers["x-inngest-req-version"], "2");
    assert.equal(headers["x-request-id"], identity.requestId);
    assert.equal(headers["content-type"], undefined);
  });

  it("signs what its receiver verifies: text as it is, nothing for methods whose body is not read", () => {
    const signed = (method: string, body: string): string => callFor({ method, body }).signed;
    assert.equal(signed("POST", "a=1&b=2"), "a=1&b=2");
    assert.equal(signed("PUT", '"text"'), "text");
    assert.equal(signed("POST", ""), "");
    assert.equal(signed("GET", ""), "");
    assert.equal(signed("PATCH", '{"a":1}'), "");
  });

  it("never leaves the origin that was vouched for, whatever path and query say", () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        "//evil.example/x",
        "/\\evil.example",
        "/../..//evil.example",
        "/@evil.example",
        "/%2f%2fevil",
      ),
      fc.string().map((text) => `/${text}`),
    );
    fc.assert(
      fc.property(hostile, fc.string(), (path, query) => {
        assert.equal(new URL(callFor({ path, query_params: query }).url).origin, "https://shop.example");
      }),
    );
  });

  it("is null for a run that was not started by a request", () => {
    assert.equal(endpointCall(stateOf(), queueItem(), definition, identity), null);
  });
});
