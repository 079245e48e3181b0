import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { compilePattern, Pattern } from "./pattern.ts";
import { Failure } from "./value.ts";

function patternOf(source: string): Pattern {
  const pattern = compilePattern(source);
  assert.ok(pattern instanceof Pattern, `${source}: ${JSON.stringify(pattern)}`);
  return pattern;
}

test("compilePattern() refuses by its look what takes long to compile", () => {
  for (const [source, reason] of [
    ["a".repeat(257), /longer than 256 characters/],
    ["\\pL".repeat(9), /more than 8 named classes/],
    ["[[:alpha:]]".repeat(9), /more than 8 named classes/],
    ["(?i)[a-\u{1e900}]", /ignores case/],
    ["(?s-i:[a-\\x{1e900}])", /ignores case/],
    ["\\Qa{9}\\E", /\\Q/],
    ["((a{30}){30}){30}", /instructions/],
    ["(abcdefgh){1000}", /instructions/],
    ["a{300}", /instructions/],
    ["(a", /brackets do not pair up/],
    ["a**", /not valid/],
    ["(?=a)", /not valid/],
    ["(a)\\1", /not valid/],
  ] as const) {
    const refusal = compilePattern(source);
    assert.ok(refusal instanceof Failure, source);
    assert.match(refusal.reason, reason, source);
  }
});

test("compilePattern() takes the patterns that people write", () => {
  for (const [source, text] of [
    ["^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", "ada@example.com"],
    [
      "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
      "123e4567-e89b-12d3-a456-426614174000",
    ],
    ["(?i)^(error|warn(ing)?):", "WARNING: low"],
    ["^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}", "2026-01-31T12:00:00Z"],
    ["^\\p{Lu}\\p{L}+$", "Ärger"],
  ] as const) {
    const meter = { left: EXPRESSION_LIMITS.budgetUnits };
    assert.equal(patternOf(source).isIn(text, meter), true, source);
    assert.ok(meter.left > EXPRESSION_LIMITS.budgetUnits / 2, `${source} leaves ${meter.left} units`);
  }
});

test("Pattern.isIn() agrees with the engine of JavaScript where both know the pattern", () => {
  const pattern = fc.constantFrom("^a+b?$", "(a|b)*c", "[ab]{2,3}", "a.c", "^$", "b|^a", "(ab)+$", "[^a]b");
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      assert.equal(patternOf(source).isIn(subject, { left: 10_000 }), new RegExp(source).test(subject));
    }),
  );
});

test("Pattern.isIn() keeps a bounded memory of the texts it has seen", () => {
  const pattern = patternOf("a[ab]{100}$");
  let highest = 0;
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 140, maxLength: 150 }), (text) => {
      pattern.isIn(text, { left: EXPRESSION_LIMITS.budgetUnits });
      highest = Math.max(highest, pattern.keptBytes);
      assert.ok(pattern.keptBytes <= EXPRESSION_LIMITS.patternKeptBytes);
    }),
    { numRuns: 500 },
  );
  assert.ok(highest > EXPRESSION_LIMITS.patternKeptBytes / 2, `only ${highest} bytes were ever kept`);
});
