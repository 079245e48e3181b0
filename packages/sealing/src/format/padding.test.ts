import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { paddedLength, paddedText } from "./padding.ts";

test("short values are equally long: true and false look alike", () => {
  assert.equal(paddedText("true", "padme").length, paddedText("false", "padme").length);
  assert.equal(paddedText("null", "padme").length, 64);
});

test("Padmé adds at most 12 %, never shortens, and keeps the order of lengths", () => {
  fc.assert(
    fc.property(fc.integer({ min: 64, max: 5_000_000 }), (length) => {
      const padded = paddedLength(length, "padme");
      assert.ok(padded >= length && padded <= length * 1.12, `${length} became ${padded}`);
      assert.ok(paddedLength(length + 1, "padme") >= padded);
    }),
  );
});

test("lengths of about a megabyte share few padded lengths", () => {
  const seen = new Set<number>();
  for (let length = 1_000_000; length < 1_010_000; length++) seen.add(paddedLength(length, "padme"));
  assert.ok(seen.size <= 2, `${seen.size}`);
});

test("padded text is the same JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value);
      const padded = new TextDecoder().decode(paddedText(json, "padme"));
      assert.equal(JSON.stringify(JSON.parse(padded)), json);
      assert.equal(padded.trimEnd(), json);
    }),
  );
});

test("without padding a text keeps its length", () => {
  assert.equal(paddedText("true", "off").length, 4);
});
