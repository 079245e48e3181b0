import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HoldfastError, isHoldfastError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { OP_CODES } from "./opcodes.ts";
import { parseOps, parseWireError } from "./parse-ops.ts";

const ID = "6bcd9d8b4f8d3a1e0c7f5b2a9d8e7c6b5a4f3e2d";

const GOOD: readonly (readonly [title: string, body: unknown, ops: readonly unknown[]])[] = [
  ["no ops", [], []],
  ["one op alone", { op: "StepRun", id: ID }, [{ op: "StepRun", id: ID }]],
  [
    "several ops in their order",
    [
      { op: "StepPlanned", id: "b" },
      { op: "StepPlanned", id: "a" },
    ],
    [
      { op: "StepPlanned", id: "b" },
      { op: "StepPlanned", id: "a" },
    ],
  ],
  [
    "every field",
    [
      {
        op: "StepError",
        id: ID,
        name: "charge",
        displayName: "Charge the card",
        opts: { type: "step", input: [1] },
        data: { amount: 3 },
        error: { name: "CardError", message: "declined", stack: "at …", noRetry: true },
        userland: { id: "charge", index: 2 },
      },
    ],
    [
      {
        op: "StepError",
        id: ID,
        name: "charge",
        displayName: "Charge the card",
        opts: { type: "step", input: [1] },
        data: { amount: 3 },
        error: { name: "CardError", message: "declined", stack: "at …", noRetry: true },
        userland: { id: "charge", index: 2 },
      },
    ],
  ],
  [
    "null as absent, except in data",
    [
      {
        op: "StepRun",
        id: ID,
        name: null,
        displayName: null,
        opts: null,
        data: null,
        error: null,
        userland: null,
      },
    ],
    [{ op: "StepRun", id: ID, data: null }],
  ],
  [
    "data that is false, 0 or empty",
    [{ op: "StepRun", id: ID, data: "" }],
    [{ op: "StepRun", id: ID, data: "" }],
  ],
  ["empty text in optional fields", [{ op: "Sleep", id: ID, name: "" }], [{ op: "Sleep", id: ID, name: "" }]],
  [
    "unknown fields, dropped",
    [{ op: "None", id: ID, timing: { a: 1 }, mode: "sync" }],
    [{ op: "None", id: ID }],
  ],
  [
    "userland without an index",
    [{ op: "None", id: ID, userland: { id: "x" } }],
    [{ op: "None", id: ID, userland: { id: "x" } }],
  ],
  [
    "userland with an index of null",
    [{ op: "None", id: ID, userland: { id: "", index: null } }],
    [{ op: "None", id: ID, userland: { id: "" } }],
  ],
  [
    "userland of index 0",
    [{ op: "None", id: ID, userland: { id: "x", index: 0 } }],
    [{ op: "None", id: ID, userland: { id: "x", index: 0 } }],
  ],
  [
    "an error that is text",
    [{ op: "StepError", id: ID, error: "no" }],
    [{ op: "StepError", id: ID, error: { name: "Error", message: "no" } }],
  ],
  [
    "the longest id",
    [{ op: "None", id: "x".repeat(LIMITS.identifierChars) }],
    [{ op: "None", id: "x".repeat(LIMITS.identifierChars) }],
  ],
];

for (const [title, body, ops] of GOOD) {
  test(`parseOps() reads ${title}`, () => {
    assert.deepEqual(parseOps(body), ops);
  });
}

for (const code of OP_CODES) {
  test(`parseOps() reads the op code ${code} in any capitals`, () => {
    for (const spelled of [code, code.toLowerCase(), code.toUpperCase()]) {
      assert.deepEqual(parseOps({ op: spelled, id: ID }), [{ op: code, id: ID }]);
    }
  });
}

const OK = { op: "None", id: ID };

/** What is wrong, the body, the field that must be named, and the position of the op. */
const BAD: readonly (readonly [title: string, body: unknown, field: string | undefined, index: number])[] = [
  ["undefined", undefined, undefined, 0],
  ["null", null, undefined, 0],
  ["text", "StepRun", undefined, 0],
  ["a number", 3, undefined, 0],
  ["an array in the array", [[OK]], undefined, 0],
  ["arguments that are no array", { op: "StepRun", id: ID, opts: { input: "text" } }, "opts.input", 0],
  ["an id with half of a surrogate pair", { op: "StepRun", id: "a\ud800" }, "id", 0],
  ["null after a good op", [OK, null], undefined, 1],
  ["no op code", [{ id: ID }], "op", 0],
  ["an op code that is a number", [{ op: 1, id: ID }], "op", 0],
  ["no id", [OK, OK, { op: "StepRun" }], "id", 2],
  ["an id of null", [{ op: "StepRun", id: null }], "id", 0],
  ["an empty id", [{ op: "StepRun", id: "" }], "id", 0],
  ["an id that is a number", [{ op: "StepRun", id: 7 }], "id", 0],
  ["an id that is too long", [{ op: "StepRun", id: "x".repeat(LIMITS.identifierChars + 1) }], "id", 0],
  ["a name that is a number", [{ ...OK, name: 5 }], "name", 0],
  ["a displayName that is an object", [{ ...OK, displayName: {} }], "displayName", 0],
  ["opts that are an array", [{ ...OK, opts: [] }], "opts", 0],
  ["opts that are text", [{ ...OK, opts: "{}" }], "opts", 0],
  ["an error that is a number", [{ ...OK, error: 500 }], "error", 0],
  ["an error that is an array", [{ ...OK, error: ["no"] }], "error", 0],
  ["userland that is text", [{ ...OK, userland: "x" }], "userland", 0],
  ["userland without an id", [{ ...OK, userland: {} }], "userland.id", 0],
  ["userland with a negative index", [{ ...OK, userland: { id: "x", index: -1 } }], "userland.index", 0],
  ["userland with half an index", [{ ...OK, userland: { id: "x", index: 0.5 } }], "userland.index", 0],
  ["userland with an index of text", [{ ...OK, userland: { id: "x", index: "1" } }], "userland.index", 0],
];

for (const [title, body, field, index] of BAD) {
  test(`parseOps() refuses ${title} with op_invalid, and says where`, () => {
    assert.throws(
      () => parseOps(body),
      (error) => {
        assert.ok(error instanceof HoldfastError);
        assert.equal(error.code, "op_invalid");
        assert.deepEqual(error.details, field === undefined ? { index } : { index, field });
        assert.match(error.message, new RegExp(`^Cannot read op ${index}: `));
        return true;
      },
    );
  });
}

for (const code of ["", "step run", "StepRunn", "__proto__", "constructor", "x".repeat(100_000)]) {
  test(`parseOps() refuses the op code "${code.slice(0, 12)}" of ${code.length} characters with op_unknown`, () => {
    assert.throws(
      () => parseOps([OK, { op: code, id: ID }]),
      (error) =>
        isHoldfastError(error, "op_unknown") && error.details["index"] === 1 && error.message.length < 120,
    );
  });
}

test("parseOps() keeps what ops hold out of its messages", () => {
  for (const op of [
    { op: "StepRun", id: { card: "4000-0000" } },
    { op: "StepRun", id: ID, name: ["4000-0000"] },
    { op: "StepRun", id: ID, opts: "4000-0000" },
    { op: "StepRun", id: ID, userland: "4000-0000" },
  ]) {
    assert.throws(
      () => parseOps(op),
      (error) => isHoldfastError(error, "op_invalid") && !error.message.includes("4000"),
    );
  }
});

test("parseOps() answers every JSON value with ops or an error of its own", () => {
  const field = fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined });
  const op = fc.record({
    op: fc.oneof(fc.constantFrom(...OP_CODES), fc.string()),
    id: fc.oneof(fc.string(), fc.nat()),
    name: field,
    opts: field,
    error: field,
    userland: field,
  });
  fc.assert(
    fc.property(fc.oneof(fc.array(op, { maxLength: 3 }), fc.jsonValue()), (body) => {
      try {
        for (const each of parseOps(body)) assert.ok(OP_CODES.includes(each.op));
      } catch (error) {
        if (!isHoldfastError(error, "op_invalid") && !isHoldfastError(error, "op_unknown")) throw error;
      }
    }),
  );
});

const NO_MESSAGE = "The app reported an error without a message.";

const ERRORS_READ: readonly (readonly [title: string, value: unknown, error: unknown])[] = [
  [
    "a whole error",
    { name: "E", message: "m", stack: "s", data: 1, cause: "c", noRetry: false },
    { name: "E", message: "m", stack: "s", data: 1, cause: "c", noRetry: false },
  ],
  [
    "null in optional fields as absent",
    { name: "E", message: "m", stack: null, data: null, cause: null, noRetry: null },
    { name: "E", message: "m" },
  ],
  [
    "fields of the wrong type as absent",
    { name: 1, message: 2, stack: 3, noRetry: "yes" },
    { name: "Error", message: NO_MESSAGE },
  ],
  ["text as its message", "502 Bad Gateway", { name: "Error", message: "502 Bad Gateway" }],
  ["an empty name as Error", { name: "", message: "m" }, { name: "Error", message: "m" }],
  ["an empty message as it is", { name: "E", message: "" }, { name: "E", message: "" }],
  [
    "a code in place of a message",
    { code: "sig_verification_failed" },
    { name: "Error", message: "sig_verification_failed" },
  ],
  ["an error in a wrapper", { error: { name: "E", message: "m" } }, { name: "E", message: "m" }],
  ["text in a wrapper", { error: "no" }, { name: "Error", message: "no" }],
  [
    "an error that has an error of its own",
    { message: "m", error: { message: "inner" } },
    { name: "Error", message: "m" },
  ],
  ["a wrapper of something else", { error: 5 }, { name: "Error", message: NO_MESSAGE }],
  ["nothing", undefined, { name: "Error", message: NO_MESSAGE }],
  ["null", null, { name: "Error", message: NO_MESSAGE }],
  ["a number", 7, { name: "Error", message: NO_MESSAGE }],
  ["an array", ["no"], { name: "Error", message: NO_MESSAGE }],
];

for (const [title, value, error] of ERRORS_READ) {
  test(`parseWireError() reads ${title}`, () => {
    assert.deepEqual(parseWireError(value), error);
  });
}

test("parseWireError() never throws, and always has a name and a message", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const error = parseWireError(value);
      assert.equal(typeof error.message, "string");
      assert.notEqual(error.name, "");
    }),
  );
});
