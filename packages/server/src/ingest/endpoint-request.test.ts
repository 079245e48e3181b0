import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError, LIMITS } from "@holdfast/protocol";
import fc from "fast-check";
import { parseEndpointRequest } from "./endpoint-request.ts";

const RUN = "01J00000000000000000000000";
const JS = "inngest-js:v4.24.0";

function raw(
  fields: Readonly<Record<string, unknown>> = {},
  data: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    run_id: RUN,
    event: {
      name: "inngest/http.request",
      data: { domain: "https://shop.example", method: "post", path: "/pay", ...data },
    },
    ...fields,
  };
}

describe("parseEndpointRequest()", () => {
  it("takes what there is, and fills in what there is not", () => {
    assert.deepEqual(parseEndpointRequest(raw(), JS), {
      runId: RUN,
      domain: "https://shop.example",
      method: "POST",
      path: "/pay",
      name: null,
      retries: 4,
      requestVersion: 2,
      idempotencyKey: null,
      data: '{"body":"","content_type":"","domain":"https://shop.example","method":"POST","path":"/pay","query_params":""}',
    });
  });

  it("takes retries from 0 to 20, the version and the idempotency key", () => {
    assert.equal(parseEndpointRequest(raw({ retries: 0 }), JS).retries, 0);
    assert.equal(parseEndpointRequest(raw({ retries: 99 }), JS).retries, 20);
    assert.equal(parseEndpointRequest(raw({ request_version: 1 }), JS).requestVersion, 1);
    assert.equal(parseEndpointRequest(raw({ idempotency: "a" }), JS).idempotencyKey, "a");
    assert.equal(parseEndpointRequest(raw({}, { fn: "checkout" }), JS).name, "checkout");
  });

  it("drops what only the server says", () => {
    assert.ok(!parseEndpointRequest(raw({}, { _inngest: { fn_id: "x" } }), JS).data.includes("_inngest"));
  });

  it("decodes the body of a Go app, and refuses bytes that are no text", () => {
    const bodyOf = (sdk: string | undefined, body: string): unknown =>
      (JSON.parse(parseEndpointRequest(raw({}, { body }), sdk).data) as { body: unknown }).body;
    assert.equal(bodyOf("go:v0.14.0", "w7w="), "ü");
    assert.equal(bodyOf("inngest-go:v0.14.0", "w7w="), "ü");
    assert.equal(bodyOf(JS, "w7w="), "w7w=");
    assert.equal(bodyOf(undefined, "w7w="), "w7w=");
    assert.throws(() => bodyOf("go:v1", "not base64"), /is not base64/);
    assert.throws(() => bodyOf("go:v1", "/w=="), /not UTF-8/);
  });

  it("refuses a request that is too large to be an event", () => {
    assert.throws(
      () => parseEndpointRequest(raw({}, { body: "x".repeat(LIMITS.eventBytes) }), JS),
      (error) => isHoldfastError(error, "event_too_large"),
    );
  });

  it("takes or refuses by name, and never fails otherwise", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.jsonValue(),
        fc.jsonValue(),
        (fields, event, data) => {
          for (const body of [
            fields,
            { ...fields, run_id: RUN, event },
            raw(fields, { path: data, body: data }),
          ]) {
            try {
              parseEndpointRequest(body, JS);
            } catch (error) {
              assert.ok(isHoldfastError(error));
            }
          }
        },
      ),
    );
  });
});
