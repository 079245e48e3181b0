import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JournalEntry } from "#store";
import { endpointAnswer } from "./endpoint-answer.ts";

function ended(data: unknown): JournalEntry {
  return {
    seq: 1,
    kind: "run.ended",
    at: 0,
    stepId: null,
    name: null,
    op: null,
    attempt: 0,
    queuedAt: null,
    startedAt: null,
    data: JSON.stringify(data),
  };
}

const completed = (output: unknown): ReturnType<typeof endpointAnswer> =>
  endpointAnswer(ended({ status: "Completed", output }));

describe("endpointAnswer()", () => {
  it("is what the app recorded, without headers of one connection or of the app's origin", () => {
    const headers = {
      "Content-Type": "text/plain",
      "X-Many": ["a", "b"],
      "Transfer-Encoding": "chunked",
      "Set-Cookie": "a=b",
      "Content-Security-Policy": "default-src *",
      "bad name": "x",
      "x-split": "a\r\nb: c",
      "x-number": 1,
    };
    assert.deepEqual(completed({ status: 404, headers, body: "no" }), {
      status: 404,
      headers: { "content-type": "text/plain", "x-many": "a, b" },
      body: "no",
    });
  });

  it("has an empty body where none was recorded, and JSON where it was no text", () => {
    assert.equal(completed({ status: 204, body: null }).body, "");
    assert.equal(completed({ status: 200, body: { a: 1 } }).body, '{"a":1}');
  });

  it("is the plain output where no answer was recorded", () => {
    for (const output of [
      null,
      7,
      "x",
      { status: "sent" },
      { status: 100 },
      { status: 700 },
      { status: 200.5 },
    ]) {
      const { body, status } = completed(output);
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(body), output);
    }
  });

  it("is 500 with the error of a failed run, and with the reason of a cancelled one", () => {
    const error = { name: "Error", message: "boom" };
    assert.deepEqual(
      endpointAnswer(ended({ status: "Failed", error })).body,
      JSON.stringify({ status: "failed", error }),
    );
    const cancelled = endpointAnswer(ended({ status: "Cancelled", reason: "singleton" }));
    assert.equal(cancelled.status, 500);
    assert.deepEqual(JSON.parse(cancelled.body), {
      status: "cancelled",
      error: { name: "Error", message: "function cancelled: singleton" },
    });
  });
});
