import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkPatterns, fitsPattern } from "./name-pattern.ts";

test("a pattern fits whole names, letter by letter, and a star stands for any characters", () => {
  for (const [pattern, name] of [
    ["a", "a"],
    ["*", ""],
    ["*", "anything at all"],
    ["a*", "a"],
    ["a*c", "abcabc"],
    ["*c", "abcabc"],
    ["a*b*c", "a-b-b-c"],
    ["a.c", "a.c"],
  ] as const)
    assert.equal(fitsPattern(name, pattern), true, `${pattern} ${name}`);
  for (const [pattern, name] of [
    ["a", "A"],
    ["a", "ab"],
    ["a", "ba"],
    ["", "a"],
    ["a*c", "abcd"],
    ["a*c", "a"],
    ["a.c", "abc"],
    ["a*b*c", "a-c-b"],
    ["ab", "a"],
  ] as const)
    assert.equal(fitsPattern(name, pattern), false, `${pattern} ${name}`);
});

test("it agrees with a regular expression, whatever the pattern and the name", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
  fc.assert(
    fc.property(text, name, (pattern, given) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "s");
      assert.equal(fitsPattern(given, pattern), expression.test(given));
    }),
  );
});

test("a pattern made to take for ever takes no longer than it is long", () => {
  assert.equal(fitsPattern("a".repeat(512), `${"a*".repeat(255)}b`), false);
});

test("lists that are no patterns are refused by the name of their rule", () => {
  const refused = (list: readonly string[]) =>
    assert.throws(() => checkPatterns(list, "allow_names"), {
      code: "request_invalid",
      message: /allow_names/,
    });
  for (const list of [[""], ["a**"], ["x".repeat(513)], ["a\n"], Array.from({ length: 201 }, () => "a")])
    refused(list);
  checkPatterns([...Array.from({ length: 199 }, () => "a"), "x".repeat(512)], "allow_names");
});
