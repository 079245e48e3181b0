import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError, LIMITS } from "@holdfast/protocol";
import { readEndpointRequest, repeatedRequest } from "./read-request.ts";

const read = (url: string, init: RequestInit = {}): ReturnType<typeof readEndpointRequest> =>
  readEndpointRequest(new Request(url, init), {
    app: "shop",
    origin: "https://shop.example",
    url: new URL(url),
    functionId: "",
  });

describe("readEndpointRequest()", () => {
  it("reads a copy of what has to be known to make the request again", async () => {
    const request = new Request("http://10.0.0.1/pay/1?x=%C3%BC&y=", {
      method: "PATCH",
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "x-forwarded-for": "192.0.2.1, 10.0.0.1",
        accept: "text/html, text/event-stream;q=0.9",
        authorization: "Bearer secret",
      },
      body: "ü",
    });
    const place = {
      app: "shop",
      origin: "https://shop.example",
      url: new URL(request.url),
      functionId: "pay",
    };
    const data = await readEndpointRequest(request, place);
    assert.deepEqual(data, {
      app: "shop",
      domain: "https://shop.example",
      method: "PATCH",
      path: "/pay/1",
      fn: "pay",
      ip: "192.0.2.1",
      content_type: "text/plain; charset=utf-8",
      query_params: "x=%C3%BC&y=",
      body: "ü",
      is_streamed: true,
    });
    assert.equal(await request.text(), "ü");
    const again = repeatedRequest({ ...data });
    assert.equal(again.url, "https://shop.example/pay/1?x=%C3%BC&y=");
    assert.equal(again.method, "PATCH");
    assert.deepEqual([...again.headers.keys()], ["content-type"]);
    assert.equal(await again.text(), "ü");
  });

  it("reads a path that begins with two slashes as a path", async () => {
    const data = await read("https://shop.example//evil.example/");
    assert.equal(repeatedRequest({ ...data }).url, "https://shop.example//evil.example/");
  });

  for (const [what, status, init] of [
    ["a method that cannot be repeated", 405, { method: "OPTIONS" }],
    ["bytes that are no text", 415, { method: "POST", body: new Uint8Array([255]) }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(
        read("https://shop.example/", init),
        (error) => isHoldfastError(error, "request_invalid") && error.details["status"] === status,
      );
    });
  }

  it("refuses a body that is too large to be kept, and one that was read", async () => {
    const body = "x".repeat(LIMITS.eventBytes + 1);
    await assert.rejects(read("https://shop.example/", { method: "POST", body }), (error) =>
      isHoldfastError(error, "body_too_large"),
    );
    const request = new Request("https://shop.example/", { method: "POST", body: "x" });
    await request.text();
    const place = { app: "shop", origin: "https://shop.example", url: new URL(request.url), functionId: "" };
    await assert.rejects(readEndpointRequest(request, place), /read before/);
  });
});
