import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import fc from "fast-check";
import { parseBody } from "./parse-body.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test("parseBody() reads what JSON.stringify() writes, whatever it holds", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(0, 1, "\t"), (text, space) => {
      const value: unknown = JSON.parse(text);
      assert.deepEqual(parseBody(bytesOf(JSON.stringify(value, null, space))), value);
    }),
  );
});

test("parseBody() refuses two members of one name, however the name is written", () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1,"a" :1}',
    '{"a":1,"\\u0061":2}',
    '[{"b":{"c":1,"c":2}}]',
    '{"ctx":{},"ctx":{}}',
    '{"__proto__":1,"__proto__":2}',
    '{"a\\"b":1,"a\\"b":2}',
  ])
    assert.throws(() => parseBody(bytesOf(text)), /two members of one name/, text);
});

test("parseBody() tells members from strings that look like them", () => {
  for (const text of [
    '{"a":"\\":"}',
    '{"a":"x\\\\"}',
    '["\\":",":","\\\\\\":"]',
    '{"":{"":{}}}',
    '{"__proto__":{"a":1},"a":2}',
    '"a"',
  ])
    assert.deepEqual(parseBody(bytesOf(text)), JSON.parse(text), text);
});

test("parseBody() refuses what is not JSON or not UTF-8, and repeats nothing of it", () => {
  for (const bytes of [
    bytesOf(""),
    bytesOf(" "),
    bytesOf('{"secret-canary":'),
    bytesOf("secret-canary"),
    bytesOf('\ufeff{"a":1}'),
    Uint8Array.from([0x22, 0xff, 0x22]),
  ]) {
    assert.throws(
      () => parseBody(bytes),
      (error) => isHoldfastError(error, "json_invalid") && !error.message.includes("canary"),
    );
  }
});

test("parseBody() reads deep nesting without exhausting the stack", () => {
  const depth = 20_000;
  const text = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  assert.equal(typeof parseBody(bytesOf(text)), "object");
});
