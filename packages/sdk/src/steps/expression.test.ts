import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ExpressionValue } from "./expression.ts";
import { expression } from "./expression.ts";

/** Text as a literal of CEL says it, whose escapes are JSON's and one more. */
function read(literal: string): unknown {
  const longer = /\\U([0-9a-f]{8})/g;
  const text = literal.replaceAll(longer, (_, hex: string) =>
    JSON.stringify(String.fromCodePoint(Number.parseInt(hex, 16))).slice(1, -1),
  );
  return JSON.parse(text);
}

describe("expression", () => {
  it("puts values in as literals, and leaves its own text as it is", () => {
    const id = "o1";
    assert.equal(
      expression`async.data.id == ${id} && event.data.sum > ${5.5}`,
      'async.data.id == "o1" && event.data.sum > 5.5',
    );
    assert.equal(expression`true`, "true");
  });

  it("has a literal for each kind of value", () => {
    const cases: readonly (readonly [ExpressionValue, string])[] = [
      [null, "null"],
      [true, "true"],
      [-3, "(-3)"],
      [-0, "0"],
      [1e21, "1e+21"],
      [12345678901234567000, "12345678901234567000.0"],
      [new Date(0), '"1970-01-01T00:00:00.000Z"'],
      [[1, "x", [false]], '[1, "x", [false]]'],
      [{ "a b": 1, c: null }, '{"a b": 1, "c": null}'],
      ["💳", '"\\U0001f4b3"'],
      ["line\nbreak", '"line\\u000abreak"'],
    ];
    for (const [value, literal] of cases) assert.equal(expression`${value}`, literal);
  });

  it("never lets a value be read as a part of the expression", () => {
    for (const attack of [
      '" || true || "',
      '\\" || true || \\"',
      "' || true || '",
      "${x}",
      "\u2028//",
      '"""',
    ]) {
      const written = expression`async.data.id == ${attack}`;
      const literal = written.slice("async.data.id == ".length);
      assert.equal(read(literal), attack);
      // One literal from its first quote to its last: between them no quote is unescaped.
      assert.match(literal, /^"(?:[^"\\]|\\.)*"$/);
    }
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const literal = expression`${text}`;
        assert.match(literal, /^"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\.)*"$/);
        assert.equal(read(literal), text);
      }),
    );
  });

  it("refuses what has no literal", () => {
    for (const value of [
      Number.NaN,
      Infinity,
      undefined,
      5n,
      () => 1,
      Symbol("x"),
      new Map(),
      new Date("x"),
      "\ud800",
    ]) {
      assert.throws(() => expression`${value as ExpressionValue}`, { code: "step_invalid" });
    }
  });
});
