import assert from "node:assert/strict";
import { test } from "node:test";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { canonicalJson } from "./canonical.ts";
import type { ErrorCode } from "./errors.ts";
import { isHoldfastError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

const refusedWith =
  (code: ErrorCode) =>
  (error: unknown): boolean =>
    isHoldfastError(error, code);

const EURO = "\u20ac";
const HEBREW_DALET_DAGESH = "\ufb33";
const SMILE = "\u{1f600}";

/** JSON texts and their canonical form, after the rules of RFC 8785. */
const VECTORS: readonly (readonly [title: string, json: string, canonical: string])[] = [
  ["null", "null", "null"],
  ["true", " true ", "true"],
  ["text", '"plain"', '"plain"'],
  ["an empty object", "{ }", "{}"],
  ["an empty array", "[ ]", "[]"],
  ["an empty key", '{"a":1,"":2}', '{"":2,"a":1}'],
  ["white space", '{ "a" : [ 1 , 2 ,\n3 ] }', '{"a":[1,2,3]}'],
  ["keys out of order", '{"b":1,"a":2,"B":3}', '{"B":3,"a":2,"b":1}'],
  ["keys out of order far inside", '[[{"b":[{"z":1,"y":2}],"a":0}]]', '[[{"a":0,"b":[{"y":2,"z":1}]}]]'],
  ["a key that begins with another", '{"ab":1,"a":2}', '{"a":2,"ab":1}'],
  ["integer-like keys, which sort as text", '{"10":1,"9":2,"1":3}', '{"1":3,"10":1,"9":2}'],
  ["integer-like keys beside others", '{"a":1,"-":2,"2":3}', '{"-":2,"2":3,"a":1}'],
  ["the last of two equal keys", '{"a":1,"a":2}', '{"a":2}'],
  ["the key __proto__, in order", '{"__proto__":{"b":1,"c":2}}', '{"__proto__":{"b":1,"c":2}}'],
  [
    "the key __proto__, out of order",
    '{"a":0,"__proto__":{"c":1,"b":2}}',
    '{"__proto__":{"b":2,"c":1},"a":0}',
  ],
  ["the key constructor", '{"toString":1,"constructor":2}', '{"constructor":2,"toString":1}'],
  ["a toJSON that is data", '{"toJSON":1,"a":2}', '{"a":2,"toJSON":1}'],
  ["minus zero", "[-0,-0.0,{}]", "[0,0,{}]"],
  ["minus zero on the long way", '{"b":-0,"a":-0.0}', '{"a":0,"b":0}'],
  [
    "exponents",
    "[1e3,1E21,1e-6,1e-7,123456789012345678901]",
    "[1000,1e+21,0.000001,1e-7,123456789012345680000]",
  ],
  ["the ends of a float", "[5e-324,1.7976931348623157e308]", "[5e-324,1.7976931348623157e+308]"],
  ["the shortest digits", "[0.1,0.30000000000000004,4.50,2e-3]", "[0.1,0.30000000000000004,4.5,0.002]"],
  [
    "escapes that have a letter",
    String.raw`"\u0008\u0009\u000a\u000c\u000d\u0022\u005c"`,
    String.raw`"\b\t\n\f\r\"\\"`,
  ],
  ["other control characters", String.raw`"\u0000\u001F\u007f"`, '"\\u0000\\u001f\u007f"'],
  ["a solidus", String.raw`"\/"`, '"/"'],
  ["line separators", String.raw`"\u2028\u2029"`, '"\u2028\u2029"'],
  ["letters of other scripts", String.raw`{"\u20ac":"\u00f6"}`, `{"${EURO}":"\u00f6"}`],
  [
    "keys in UTF-16 order: an emoji before a letter of a higher code unit",
    `{"${HEBREW_DALET_DAGESH}":1,"${SMILE}":2,"${EURO}":3}`,
    `{"${EURO}":3,"${SMILE}":2,"${HEBREW_DALET_DAGESH}":1}`,
  ],
  ["a control character in a key out of order", String.raw`{"b":1,"\n":2}`, String.raw`{"\n":2,"b":1}`],
];

for (const [title, json, canonical] of VECTORS) {
  test(`canonicalJson() writes ${title}`, () => {
    assert.equal(canonicalJson(JSON.parse(json)), canonical);
  });
}

test("canonicalJson() writes what an independent implementation writes", () => {
  const wellFormed = fc.string({ unit: "grapheme" });
  const key = fc.oneof(
    wellFormed,
    fc.nat(200).map(String),
    fc.constantFrom("__proto__", "a", "b", "é", "toString"),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      fc.constantFrom(null, true, false, -0),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      wellFormed,
      fc.array(tie("value"), { maxLength: 4 }),
      // Through entries, because they make an own property of `__proto__`, as `JSON.parse` does.
      fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
    ),
  }));
  fc.assert(
    fc.property(value, (subject) => {
      const text = canonicalJson(subject);
      assert.equal(text, canonicalize(subject));
      assert.equal(canonicalJson(JSON.parse(text)), text);
    }),
    { numRuns: 1000 },
  );
});

test("canonicalJson() gives one text to one object, in whatever order its keys were set", () => {
  const entries = fc.uniqueArray(fc.tuple(fc.string(), fc.jsonValue()), { selector: ([key]) => key });
  fc.assert(
    fc.property(entries, (list) => {
      const forward = canonicalJson(Object.fromEntries(list));
      assert.equal(forward, canonicalJson(Object.fromEntries(list.toReversed())));
    }),
  );
});

for (const [title, value, canonical] of [
  ["a high one", { text: "cut \ud83d" }, String.raw`{"text":"cut \ud83d"}`],
  ["a low one", { text: "\ude00" }, String.raw`{"text":"\ude00"}`],
  ["two in the wrong order", ["\ude00\ud83d"], String.raw`["\ude00\ud83d"]`],
  ["one in a key out of order", { "\ud83d": 1, a: 2 }, String.raw`{"a":2,"\ud83d":1}`],
  ["one beside a pair", { z: `${SMILE}\ud83d`, a: 0 }, `{"a":0,"z":"${SMILE}\\ud83d"}`],
] as const) {
  test(`canonicalJson() writes a lone surrogate as its escape: ${title}`, () => {
    assert.equal(canonicalJson(value), canonical);
  });
}

test("canonicalJson() treats undefined and dates as JSON.stringify does, in order and out of it", () => {
  const at = new Date(0);
  const none = undefined;
  assert.equal(
    canonicalJson({ a: none, b: [none, () => 1], c: at }),
    '{"b":[null,null],"c":"1970-01-01T00:00:00.000Z"}',
  );
  assert.equal(
    canonicalJson({ c: at, b: [none, () => 1], a: none }),
    '{"b":[null,null],"c":"1970-01-01T00:00:00.000Z"}',
  );
});

for (const [title, value] of [
  ["undefined", undefined],
  ["a function", () => 1],
  ["a symbol", Symbol("s")],
] as const) {
  test(`canonicalJson() refuses ${title} with json_invalid`, () => {
    assert.throws(() => canonicalJson(value), refusedWith("json_invalid"));
  });
}

for (const [title, value] of [
  ["alone", JSON.parse("1e999")],
  ["in an array", JSON.parse("[0,-1e999]")],
  ["in an object in order", JSON.parse('{"a":{"b":1e999}}')],
  ["in an object out of order", JSON.parse('{"b":1e999,"a":1}')],
  ["after the first key out of order", JSON.parse('{"b":1,"a":[1e999]}')],
  ["as NaN", { a: Number.NaN }],
] as const) {
  test(`canonicalJson() refuses a number that JSON cannot hold with json_number_out_of_range: ${title}`, () => {
    assert.throws(() => canonicalJson(value), refusedWith("json_number_out_of_range"));
  });
}

/** Containers inside one another, as many as `depth`; the outermost ones out of order where asked. */
const arrays = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
function objects(depth: number, inOrder: boolean): unknown {
  let value: unknown = {};
  for (let level = 1; level < depth; level++) value = inOrder ? { a: 0, b: value } : { b: value, a: 0 };
  return value;
}

const NESTS = [
  ["arrays", arrays],
  ["objects in order", (depth: number) => objects(depth, true)],
  ["objects out of order", (depth: number) => objects(depth, false)],
] as const;

for (const [title, nest] of NESTS) {
  test(`canonicalJson() takes ${title} up to the depth limit and refuses more with json_too_deep`, () => {
    const value = nest(LIMITS.jsonDepthCount);
    assert.deepEqual(JSON.parse(canonicalJson(value)), value);
    assert.throws(() => canonicalJson(nest(LIMITS.jsonDepthCount + 1)), refusedWith("json_too_deep"));
  });

  test(`canonicalJson() refuses ${title} nested 100,000 deep without exhausting the stack`, () => {
    assert.throws(() => canonicalJson(nest(100_000)), refusedWith("json_too_deep"));
  });
}

test("canonicalJson() refuses a cycle with json_too_deep", () => {
  const inOrder: Record<string, unknown> = {};
  inOrder["self"] = inOrder;
  const outOfOrder: Record<string, unknown> = { z: 0 };
  outOfOrder["self"] = outOfOrder;
  assert.throws(() => canonicalJson(inOrder), refusedWith("json_too_deep"));
  assert.throws(() => canonicalJson(outOfOrder), refusedWith("json_too_deep"));
});
