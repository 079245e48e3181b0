import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { compileExpression } from "./expression.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";

/** The place and message of the error that a source gives. */
function errorOf(source: string): {
  readonly line: unknown;
  readonly column: unknown;
  readonly message: string;
} {
  try {
    compileExpression(source, "filter");
  } catch (error) {
    assert.ok(isHoldfastError(error, "expression_invalid"), String(error));
    return { line: error.details["line"], column: error.details["column"], message: error.message };
  }
  assert.fail(`${source} compiles`);
}

test("compileExpression() says where an expression ends to make sense, and what was expected", () => {
  const rows: readonly (readonly [source: string, line: number, column: number, expected: RegExp])[] = [
    ["", 1, 1, /expected a value, found the end/],
    ["event.data.id ==", 1, 17, /expected a value, found the end/],
    ["event.data.id = 1", 1, 15, /write ==/],
    ["event.data.\n  id ==\n  ]", 3, 3, /expected a value, found "\]"/],
    ["(1 + 2", 1, 7, /expected \), found the end/],
    ["[1 2]", 1, 4, /expected a comma or \], found "2"/],
    ["a ? b", 1, 6, /expected :, found the end/],
    ["event.data.1", 1, 11, /expected an operator or the end, found "\.1"/],
    ["event.data.'x'", 1, 12, /expected the name of a field/],
    ["1 + for", 1, 5, /expected a value, found "for"/],
    ["1 2", 1, 3, /expected an operator or the end, found "2"/],
    ["12abc", 1, 3, /expected an operator after the number/],
    ["'abc", 1, 1, /has no closing '/],
    ["'a\nb'", 1, 1, /has no closing '/],
    ["1 + '''abc'", 1, 5, /has no closing '''/],
    [String.raw`'\q'`, 1, 2, /expected an escape/],
    [String.raw`'\ud83d'`, 1, 2, /hexadecimal digits of a character/],
    [String.raw`'\u12'`, 1, 2, /hexadecimal digits/],
    [String.raw`'\400'`, 1, 2, /expected an escape/],
    ["9223372036854775808", 1, 1, /fits 64 bits/],
    ["-9223372036854775809", 1, 2, /fits 64 bits/],
    ["18446744073709551616u", 1, 1, /fits 64 bits/],
    ["1e999", 1, 1, /64-bit float/],
    ["1.5u", 1, 1, /64-bit float/],
    ["event & 1", 1, 7, /found "&"/],
    ["#", 1, 1, /found "#"/],
    ["😀", 1, 1, /found "😀"/],
    ["nope", 1, 1, /the name "nope"/],
    ["event.all(1, true)", 1, 11, /expected a name for the element/],
    ["event.all(x)", 1, 7, /expected 2 arguments of all, found 1/],
    ["event.map(x, 1, 2, 3)", 1, 7, /expected 2 or 3 arguments/],
    ["has(event)", 1, 5, /expected one field/],
    ["nope(1)", 1, 1, /there is none named "nope"/],
    ["event.lowercase()", 1, 7, /expected the form lowercase\(x\)/],
    ["contains('a', 'b')", 1, 1, /expected the form x\.contains\(\)/],
    ["size()", 1, 1, /expected 1 arguments of size, found 0/],
    ["'a'.contains()", 1, 5, /expected 1 arguments of contains, found 0/],
    ["'a'.matches('(')", 1, 13, /the pattern is not valid/],
    ["event.all(x, true) && x", 1, 23, /the name "x"/],
    ["event.?data", 1, 7, /expected the name of a field/],
    ["Type{a: 1}", 1, 5, /expected an operator or the end/],
  ];
  for (const [source, line, column, expected] of rows) {
    const error = errorOf(source);
    assert.deepEqual([error.line, error.column], [line, column], `${source}: ${error.message}`);
    assert.match(error.message, expected, source);
  }
});

test("compileExpression() refuses what passes a limit, and takes what just fits", () => {
  const { sourceChars, depthCount, nodesCount, macroNestingCount, patternChars, patternsCount } =
    EXPRESSION_LIMITS;
  const nested = (depth: number): string => "(".repeat(depth) + "1" + ")".repeat(depth);
  const macros = (depth: number): string =>
    depth === 0 ? "true" : `[1].all(x${depth}, ${macros(depth - 1)})`;
  const rows: readonly (readonly [fits: string, tooMuch: string, reason: RegExp])[] = [
    [`1${" ".repeat(sourceChars - 1)}`, `1${" ".repeat(sourceChars)}`, /longer than/],
    [nested(depthCount - 1), nested(depthCount), /nested more than/],
    [`${"!".repeat(depthCount - 1)}true`, `${"!".repeat(depthCount)}true`, /nested more than/],
    [`true${"&&true".repeat(nodesCount - 2)}`, `true${"&&true".repeat(nodesCount)}`, /more than \d+ parts/],
    [`event${".a".repeat(nodesCount - 1)}`, `event${".a".repeat(nodesCount)}`, /more than \d+ parts/],
    [macros(macroNestingCount), macros(macroNestingCount + 1), /macros are nested/],
    [
      `'a'.matches('${"a".repeat(patternChars - 10)}')`,
      `'a'.matches('${"a".repeat(patternChars + 1)}')`,
      /pattern is longer/,
    ],
    [
      Array.from({ length: patternsCount }, () => "'a'.matches('a')").join(" || "),
      Array.from({ length: patternsCount + 1 }, () => "'a'.matches('a')").join(" || "),
      /more than \d+ patterns/,
    ],
  ];
  for (const [fits, tooMuch, reason] of rows) {
    assert.doesNotThrow(() => compileExpression(fits, "filter"), fits.slice(0, 40));
    assert.match(errorOf(tooMuch).message, reason, tooMuch.slice(0, 40));
  }
});
