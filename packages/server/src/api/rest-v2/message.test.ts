import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { enveloped, int64, message, payload, timestamp } from "./message.ts";

describe("message()", () => {
  it("leaves out what protobuf-JSON takes for zero, and keeps every other value", () => {
    assert.deepEqual(
      message({
        a: 0,
        b: "",
        c: false,
        d: null,
        e: undefined,
        f: [],
        g: {},
        h: "0",
        i: true,
        j: [0],
        k: -1,
      }),
      { g: {}, h: "0", i: true, j: [0], k: -1 },
    );
  });
});

describe("payload()", () => {
  for (const [value, shown] of [
    [{ a: 0 }, { a: 0 }],
    [{}, {}],
    [null, { data: null }],
    [[1], { data: [1] }],
    ["text", { data: "text" }],
    [0, { data: 0 }],
    [undefined, undefined],
  ] as const) {
    it(`shows ${JSON.stringify(value) ?? "nothing"} as ${JSON.stringify(shown) ?? "nothing"}`, () => {
      assert.deepEqual(payload(value), shown);
    });
  }
});

describe("enveloped()", () => {
  it("has the time of the answer, and of a page what is not zero", () => {
    assert.deepEqual(enveloped(0, [], { cursor: null, hasMore: false, limit: 20 }), {
      data: [],
      metadata: { fetchedAt: "1970-01-01T00:00:00.000Z" },
      page: { limit: 20 },
    });
  });
});

it("int64() and timestamp() write texts, and nothing for nothing", () => {
  assert.deepEqual([int64(0), int64(12.6), int64(null)], ["0", "13", undefined]);
  assert.deepEqual([timestamp(0), timestamp(null)], ["1970-01-01T00:00:00.000Z", undefined]);
});
