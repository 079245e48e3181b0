import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createEventStreamReader } from "./server-sent-events.ts";

test("createEventStreamReader() returns a message once its blank line has arrived", () => {
  const read = createEventStreamReader();
  assert.deepEqual(read('data: {"a":1}\n'), []);
  assert.deepEqual(read("\n"), [{ event: "message", data: '{"a":1}', id: "" }]);
});

test("createEventStreamReader() joins data lines, keeps names and ids, skips comments and unknown fields", () => {
  const read = createEventStreamReader();
  const messages = read(": ping\nretry: 10\nevent: update\nid: 7\ndata: a\ndata:b\ndata\n\ndata: c\n\n\n");
  assert.deepEqual(messages, [
    { event: "update", data: "a\nb\n", id: "7" },
    { event: "message", data: "c", id: "7" },
  ]);
});

test("createEventStreamReader() drops a byte order mark, and strips one space only", () => {
  assert.deepEqual(createEventStreamReader()("\uFEFFdata:  x\n\n"), [
    { event: "message", data: " x", id: "" },
  ]);
});

test("createEventStreamReader() gives the same messages however the stream is cut, with LF or CR LF", () => {
  const line = fc.constantFrom("data: one", "data:two", "data", ": comment", "event: e", "id: 3", "");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n")), { maxLength: 30 }),
      fc.array(fc.nat(400), { maxLength: 10 }),
      (lines, cuts) => {
        const whole = createEventStreamReader()(lines.map(([words]) => `${words}\n`).join(""));
        const text = lines.map(([words, end]) => words + end).join("");
        const read = createEventStreamReader();
        const at = [...cuts.map((cut) => Math.min(cut, text.length)), 0, text.length].sort((a, b) => a - b);
        const pieces = at.slice(1).flatMap((end, index) => [...read(text.slice(at[index], end))]);
        assert.deepEqual(pieces, whole);
      },
    ),
  );
});

test("createEventStreamReader() treats a lone CR as a line end", () => {
  assert.deepEqual(createEventStreamReader()("data: x\r\rdata"), [{ event: "message", data: "x", id: "" }]);
});

test("createEventStreamReader() refuses a message without end", () => {
  const read = createEventStreamReader();
  const piece = "x".repeat(9 * 1024 * 1024);
  assert.throws(() => {
    for (let index = 0; index < 5; index++) read(piece);
  }, RangeError);
});
