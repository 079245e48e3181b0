/** Random expressions and the events they are about, over one small vocabulary, so that they often meet. */
import { canonicalJson } from "@holdfast/protocol";
import fc from "fast-check";

const FIELDS = ["id", "text", "tags", "list", "deep", "missing", "__proto__", "constructor"] as const;
const TEXTS = [
  "",
  "a",
  "7",
  "true",
  "hello",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
  "😀é",
  "2026-01-31T12:00:00Z",
  "1h30m",
  "[1]",
];
const NUMBERS = [0, 1, 7, -1, 1.5, 9_007_199_254_740_992, 1e300, 2 ** 63, 5e-324];

const scalar = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.constantFrom(...NUMBERS),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const field = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...FIELDS) },
  fc.string({ unit: "grapheme", maxLength: 3 }),
);

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    { weight: 4, arbitrary: scalar },
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(field, tie("json"), { maxKeys: 4 }),
  ),
}));

/** An event as the server stores it: canonical JSON, read by `JSON.parse`. */
export const event: fc.Arbitrary<unknown> = fc
  .record({
    name: fc.constantFrom("a/b", "c"),
    ts: fc.nat(),
    data: fc.dictionary(field, json, { maxKeys: 6 }),
  })
  .map((value): unknown => JSON.parse(canonicalJson(value)));

/** Any JSON value, which no event is, but which the room must bear. */
export const anyJson: fc.Arbitrary<unknown> = json.map((value): unknown => JSON.parse(canonicalJson(value)));

/** A string literal of CEL. */
function literal(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

const PATTERNS = [
  "^(a+)+$",
  "(a*)*b",
  "[a-z]+",
  "\\pL+",
  "(?i)HELLO",
  "a{1,20}",
  "(x+x+)+y",
  ".*.*.*=",
  "(",
  "a{9999}",
];

const number = fc.oneof(
  fc.constantFrom(
    "0",
    "1",
    "7",
    "-1",
    "2u",
    "1.5",
    "0.0",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
  ),
  fc.integer().map(String),
);

const constant = fc.oneof(
  { weight: 3, arbitrary: number },
  { weight: 3, arbitrary: fc.constantFrom(...TEXTS).map(literal) },
  fc.string({ unit: "grapheme", maxLength: 8 }).map(literal),
  fc.constantFrom(
    "true",
    "false",
    "null",
    "b'\\xff'",
    "r'\\d'",
    "[]",
    "{}",
    "now()",
    "duration('1h')",
    "int",
    "timestamp(0)",
  ),
);

function path(roots: readonly string[]): fc.Arbitrary<string> {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...FIELDS).map((name) => `.${name}`) },
    { weight: 1, arbitrary: field.map((name) => `[${literal(name)}]`) },
    { weight: 1, arbitrary: fc.constantFrom("[0]", "[1]", ".name", ".ts") },
  );
  return fc
    .tuple(
      fc.constantFrom(...roots),
      fc.constantFrom(".data", ".data", ".data", ""),
      fc.array(step, { maxLength: 3 }),
    )
    .map(([root, data, steps]) => root + data + steps.join(""));
}

const BINARY = [
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "in",
  "+",
  "-",
  "*",
  "/",
  "%",
  "&&",
  "||",
  "==",
  "&&",
  "||",
] as const;
const UNARY = [
  "size",
  "type",
  "int",
  "uint",
  "double",
  "string",
  "bool",
  "bytes",
  "dyn",
  "lowercase",
  "uppercase",
] as const;
const COSTLY = ["b64decode", "json_parse", "date", "timestamp", "duration", "now_plus", "now_minus"] as const;
const METHODS = ["contains", "startsWith", "endsWith", "matches"] as const;
const GETTERS = ["getFullYear", "getDayOfYear", "getHours", "getMilliseconds"] as const;
const MACROS = ["all", "exists", "exists_one", "map", "filter"] as const;

/** Names of the elements of macros, by how many macros are around. */
const ELEMENTS = ["x", "y", "z"] as const;

type Level = "level0" | "level1" | "level2" | "level3";

/**
 * Expressions over `event` and `async`: nearly all of them compile, many have a value, some are much too costly.
 * `maxDepth` is how deep operators stand in one another.
 */
export function expression(maxDepth: number): fc.Arbitrary<string> {
  return fc.letrec<Record<Level, string>>((tie) => {
    const level = (depth: 0 | 1 | 2 | 3): fc.Arbitrary<string> => {
      const own = tie(`level${depth}`);
      const below = depth === 3 ? own : tie(`level${(depth + 1) as 1 | 2 | 3}`);
      const element = depth === 3 ? "x" : ELEMENTS[depth];
      const known = path(["event", "async", "async", ...ELEMENTS.slice(0, depth)]);
      const macro = fc
        .tuple(fc.oneof(known, own), fc.constantFrom(...MACROS), below)
        .map(([range, name, body]) => `(${range}).${name}(${element}, ${body})`);
      return fc.oneof(
        { maxDepth, depthSize: "small" },
        { weight: 4, arbitrary: fc.oneof(constant, known, known) },
        {
          weight: 8,
          arbitrary: fc
            .tuple(own, fc.constantFrom(...BINARY), own)
            .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
        },
        {
          weight: 3,
          arbitrary: fc
            .tuple(known, fc.constantFrom("==", "&&", "||"), own)
            .map(([a, operator, b]) => `${a} ${operator} ${b}`),
        },
        fc.tuple(fc.constantFrom("!", "-"), own).map(([sign, a]) => `${sign}(${a})`),
        fc.tuple(own, own, own).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
        fc.tuple(fc.constantFrom(...UNARY, ...COSTLY), own).map(([name, a]) => `${name}(${a})`),
        fc.tuple(own, fc.constantFrom(...METHODS), own).map(([a, name, b]) => `(${a}).${name}(${b})`),
        fc
          .tuple(own, fc.constantFrom(...PATTERNS))
          .map(([a, pattern]) => `(${a}).matches(${literal(pattern)})`),
        fc
          .tuple(own, fc.constantFrom(...GETTERS), fc.constantFrom("", "'+01:00'", "'Asia/Tokyo'"))
          .map(([a, name, zone]) => `(${a}).${name}(${zone})`),
        fc.tuple(own, own).map(([a, b]) => `(${a})[${b}]`),
        fc.array(own, { maxLength: 4 }).map((items) => `[${items.join(", ")}]`),
        fc
          .array(fc.tuple(constant, own), { maxLength: 3 })
          .map((entries) => `{${entries.map((entry) => entry.join(": ")).join(", ")}}`),
        known.map((text) => `has(${text}.id)`),
        ...(depth === 3 ? [] : [{ weight: 3, arbitrary: macro }]),
      );
    };
    return { level0: level(0), level1: level(1), level2: level(2), level3: level(3) };
  }).level0;
}

/** Expressions as waits have them: a chain of conditions, equalities with the incoming event among them. */
export const waitExpression: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc
          .tuple(path(["async"]), fc.oneof(constant, path(["event"])))
          .map(([a, b]) => `${a} == ${b}`),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.oneof(constant, path(["event"])), path(["async"]))
          .map(([a, b]) => `${a} == ${b}`),
      },
      { weight: 1, arbitrary: fc.tuple(path(["event"]), constant).map(([a, b]) => `(${a} == ${b} || true)`) },
      { weight: 2, arbitrary: expression(2).map((text) => `(${text})`) },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((conditions) => conditions.join(" && "));

const plainScalar = fc.constantFrom<unknown>(1, "1", "a", true, false, null, 0, "");
const plainField = fc.constantFrom("id", "text", "tags");

/** An event whose data are scalars out of a few, so that two of them often agree. */
export const plainEvent: fc.Arbitrary<unknown> = fc.record({
  data: fc.record({ id: plainScalar, text: plainScalar, tags: plainScalar }, { requiredKeys: [] }),
});

/** Chains of conditions that often hold between two plain events. */
export const plainCondition: fc.Arbitrary<string> = fc
  .array(
    fc
      .tuple(plainField, plainField, fc.constantFrom("1", "1.0", "1u", "'1'", "'a'", "true", "null"))
      .chain(([name, other, text]) =>
        fc.constantFrom(
          `async.data.${name} == event.data.${other}`,
          `event.data['${other}'] == async.data['${name}']`,
          `async.data.${name} == ${text}`,
          `${text} == async.data.${name}`,
          `(async.data.${name} == ${text} || true)`,
          `(async.data.${name} == event.data.${other} || event.data.${name} != ${text})`,
          `!(async.data.${name} == ${text})`,
          `async.data.${name} == async.data.${other}`,
        ),
      ),
    { minLength: 1, maxLength: 3 },
  )
  .map((conditions) => conditions.join(" && "));

/** Words of the language in any order, which are rarely an expression. */
export const wordSoup: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "event",
        ".",
        "data",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "?",
        "&&",
        "||",
        "!",
        "-",
        "+",
        "==",
        "<",
      ),
      fc.constantFrom(
        "in",
        "has(",
        ".all(x,",
        ".map(x,",
        "'a",
        "'",
        '"',
        "'''",
        "r'",
        "b'\\xff'",
        "\\",
        "1",
        "1u",
        "0x",
        "1e",
        "//",
        "\n",
      ),
      constant,
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((words) => words.join(" "));

/** Freezes a value of JSON all the way down, so that whoever changes it throws. */
export function frozen(value: unknown): unknown {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}
