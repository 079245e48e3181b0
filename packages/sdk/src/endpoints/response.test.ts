import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { parseRecorded, recordResponse, responseOf } from "./response.ts";

const refusedAs = (reason: RegExp) => (error: unknown) =>
  isHoldfastError(error, "value_invalid") && reason.test(error.message);

describe("recordResponse()", () => {
  it("takes a Response by its status, headers and text, and anything else as JSON", async () => {
    const response = new Response("ö", {
      status: 404,
      headers: [
        ["content-type", "text/plain"],
        ["content-length", "2"],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    });
    const recorded = await recordResponse(response);
    assert.deepEqual(recorded, {
      status: 404,
      headers: { "content-type": "text/plain", "set-cookie": ["a=1", "b=2"] },
      body: "ö",
    });
    const sent = responseOf(recorded);
    assert.deepEqual(sent.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.equal(await sent.text(), "ö");
    assert.equal((await recordResponse(undefined)).body, "null");
    assert.equal((await recordResponse({ at: new Date(0) })).body, '{"at":"1970-01-01T00:00:00.000Z"}');
    assert.equal(responseOf(await recordResponse(new Response(null, { status: 204 }))).body, null);
  });

  it("refuses bytes that are no text, and what is no answer", async () => {
    await assert.rejects(recordResponse(new Response(new Uint8Array([255, 254]))), refusedAs(/UTF-8/));
    await assert.rejects(recordResponse(Response.error()), refusedAs(/status 0/));
    const read = new Response("x");
    await read.text();
    await assert.rejects(recordResponse(read), refusedAs(/was read/));
    await assert.rejects(recordResponse(1n), refusedAs(/JSON/));
  });
});

describe("parseRecorded()", () => {
  it("takes what recordResponse() makes, and nothing else", async () => {
    const recorded = await recordResponse(new Response("x", { headers: { a: "b" } }));
    assert.deepEqual(parseRecorded(JSON.parse(JSON.stringify(recorded))), recorded);
    for (const value of [
      null,
      "x",
      {},
      { ...recorded, status: 101 },
      { ...recorded, status: "200" },
      { ...recorded, body: 1 },
      { ...recorded, headers: null },
      { ...recorded, headers: { a: 1 } },
      { ...recorded, headers: { a: [1] } },
    ]) {
      assert.equal(parseRecorded(value), null, JSON.stringify(value));
    }
  });
});
