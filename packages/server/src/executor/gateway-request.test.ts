import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "@holdfast/protocol";
import type { GatewayRequest } from "./gateway-request.ts";
import { gatewayRequest } from "./gateway-request.ts";

const URL = "https://api.example.com/v1";

function sound(kind: "Gateway" | "AIGateway", opts: Record<string, unknown>): GatewayRequest {
  const request = gatewayRequest(kind, { url: URL, ...opts });
  assert.ok(!("error" in request), JSON.stringify(request));
  return request;
}

function refusal(
  kind: "Gateway" | "AIGateway",
  opts: Record<string, unknown>,
): { name: string; message: string } {
  const request = gatewayRequest(kind, { url: URL, ...opts });
  assert.ok("error" in request, JSON.stringify(request));
  return request.error;
}

describe("gatewayRequest(): Gateway", () => {
  it("posts the body as it is, unless another method is named", () => {
    assert.deepEqual(sound("Gateway", { body: "raw {" }), {
      method: "POST",
      url: URL,
      headers: {},
      body: "raw {",
    });
    for (const method of ["get", "Put", "PATCH", "DELETE", "HEAD"]) {
      assert.equal(sound("Gateway", { method }).method, method.toUpperCase());
    }
  });

  it("sends no body with GET and HEAD", () => {
    for (const method of ["GET", "HEAD"]) assert.equal(sound("Gateway", { method, body: "x" }).body, null);
  });

  it("refuses methods and URLs that it does not speak", () => {
    for (const method of ["CONNECT", "TRACE", "get it", 7]) {
      assert.match(refusal("Gateway", { method }).message, /method/);
    }
    for (const url of ["ftp://h/", "file:///etc/passwd", "/relative", "", undefined, 7]) {
      assert.deepEqual(refusal("Gateway", { url }), {
        name: "GatewayError",
        message: "The step must name an http or https URL.",
      });
    }
  });

  it("leaves out headers that the connection owns and those by which the server speaks", () => {
    const headers = {
      Accept: "text/plain",
      Host: "other",
      "content-length": "3",
      "Transfer-Encoding": "chunked",
      Connection: "close",
      "Proxy-Authorization": "x",
      "X-Inngest-Signature": "t=1&s=2",
      "x-many": ["a", "b"],
      "x-number": 7,
    };
    assert.deepEqual(sound("Gateway", { headers }).headers, {
      accept: "text/plain",
      "x-many": "a, b",
      "x-number": "7",
    });
  });

  it("refuses headers that would break out of their line", () => {
    for (const headers of [{ "a b": "x" }, { a: "x\r\nb: y" }, { a: "☃" }, { "": "x" }]) {
      assert.match(refusal("Gateway", { headers }).message, /is not valid/);
    }
    assert.match(refusal("Gateway", { headers: ["a"] }).message, /must be an object/);
  });

  it("counts the bytes of the body against the limit", () => {
    const half = "ü".repeat(LIMITS.inlineRequestBytes / 2);
    assert.equal(sound("Gateway", { body: half }).body, half);
    assert.match(refusal("Gateway", { body: `${half}x` }).message, /over \d+ bytes/);
  });
});

describe("gatewayRequest(): AIGateway", () => {
  it("posts canonical JSON, whatever method is named", () => {
    const request = sound("AIGateway", { body: { b: 1, a: 2 }, method: "GET" });
    assert.deepEqual(request, {
      method: "POST",
      url: URL,
      headers: { "content-type": "application/json" },
      body: '{"a":2,"b":1}',
    });
  });

  it("puts the provider's key where the provider wants it", () => {
    const auth = (format: string | undefined): unknown => {
      const { headers, url } = sound("AIGateway", { format, auth_key: "k&1" });
      const { "content-type": _, ...others } = headers;
      return [url, others];
    };
    assert.deepEqual(auth("gemini"), [`${URL}?key=k%261`, {}]);
    assert.deepEqual(auth("anthropic"), [URL, { "x-api-key": "k&1" }]);
    assert.deepEqual(auth("bedrock"), [URL, { authorization: "k&1" }]);
    for (const format of ["openai-chat", "something-new", undefined]) {
      assert.deepEqual(auth(format), [URL, { authorization: "Bearer k&1" }]);
    }
  });

  it("lets the step's own headers come last", () => {
    const headers = { Authorization: "Basic x", "anthropic-version": "2023-06-01" };
    assert.deepEqual(sound("AIGateway", { auth_key: "k", headers }).headers, {
      "content-type": "application/json",
      authorization: "Basic x",
      "anthropic-version": "2023-06-01",
    });
  });

  it("names its errors after itself", () => {
    assert.equal(refusal("AIGateway", { url: "" }).name, "AIGatewayError");
  });
});
