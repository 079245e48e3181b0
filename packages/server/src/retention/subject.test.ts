import assert from "node:assert/strict";
import { test } from "node:test";
import { holdsValue } from "./subject.ts";

const holds = (value: unknown, ...values: readonly string[]): boolean =>
  holdsValue(typeof value === "string" ? value : JSON.stringify(value), new Set(values));

test("a value is found as a whole text, a number or a member's name, at any depth", () => {
  assert.equal(holds({ data: { customer: { mail: "ana@example.org" } } }, "ana@example.org"), true);
  assert.equal(holds({ data: [1, [17_042]] }, "17042"), true);
  assert.equal(holds({ byMail: { "ana@example.org": 1 } }, "ana@example.org"), true);
});

test("a value inside a longer one is another value", () => {
  assert.equal(holds({ mail: "diana@example.org", n: 170_421 }, "ana@example.org", "17042"), false);
  assert.equal(holds({ mail: "ana@example.org.evil" }, "ana@example.org"), false);
});

test("JSON that is kept as text is read too", () => {
  const inner = JSON.stringify({ mail: "ana@example.org" });
  assert.equal(holds({ body: inner }, "ana@example.org"), true);
  assert.equal(holds({ body: JSON.stringify({ body: inner }) }, "ana@example.org"), true);
});

test("text inside of text is read three times over, and no further; a text that only looks like a number is another", () => {
  const nested = (depth: number, value: unknown): unknown =>
    depth === 0 ? value : { body: JSON.stringify(nested(depth - 1, value)) };
  const value = { mail: "ana@example.org" };
  assert.deepEqual(
    [1, 2, 3, 4].map((depth) => holds(nested(depth, value), "ana@example.org")),
    [true, true, true, false],
  );
  assert.equal(holds({ quoted: '"ana@example.org"' }, "ana@example.org"), true);
  assert.equal(holds({ body: JSON.stringify({ mail: "ben@example.org" }) }, "ana@example.org"), false);
  assert.equal(holds({ n: " 17042 " }, "17042"), false);
});

test("what is no JSON holds nothing", () => {
  assert.equal(holds("ana@example.org", "ana@example.org"), false);
  assert.equal(holds("{", "ana@example.org"), false);
});
