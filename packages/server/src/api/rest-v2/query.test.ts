import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import fc from "fast-check";
import { v2CodeOf } from "./errors.ts";
import {
  cursorField,
  field,
  flagField,
  instantField,
  limitField,
  listField,
  textField,
  wordField,
  writeCursor,
} from "./query.ts";

const LIMITS = { usual: 20, max: 40 } as const;

describe("field()", () => {
  it("is found in camelCase and in snake_case, the first before the second", () => {
    assert.equal(field({ includeOutput: 1 }, "includeOutput"), 1);
    assert.equal(field({ include_output: 2 }, "includeOutput"), 2);
    assert.equal(field({ includeOutput: 1, include_output: 2 }, "includeOutput"), 1);
    assert.equal(field({ includeOutput: null }, "includeOutput"), undefined);
  });
});

describe("reading fields", () => {
  for (const [what, read, name] of [
    ["text that is a number", () => textField({ cursor: 7 }, "cursor"), "cursor"],
    [
      "a flag that is no truth value",
      () => flagField({ includeOutput: "yes" }, "includeOutput"),
      "includeOutput",
    ],
    ["a date that is none", () => instantField({ from: "yesterday" }, "from"), "from"],
    ["a date without its year", () => instantField({ from: "1" }, "from"), "from"],
    ["a word that is not listed", () => wordField({ order: "up" }, "order", ["asc", "desc"]), "order"],
    ["a limit of 0", () => limitField({ limit: "0" }, LIMITS), "limit"],
    ["a limit above the greatest", () => limitField({ limit: "41" }, LIMITS), "limit"],
    ["a limit that is no number", () => limitField({ limit: "many" }, LIMITS), "limit"],
    ["a cursor of somebody else", () => cursorField({ cursor: "01J00000000000000000000000" }), "cursor"],
    [
      "a list without end",
      () => listField({ status: Array.from({ length: 101 }, () => "RUNNING") }, "status"),
      "status",
    ],
  ] as const) {
    it(`refuses ${what}, and names the field`, () => {
      assert.throws(
        read,
        (error) =>
          isHoldfastError(error, "request_invalid") &&
          v2CodeOf(error) === "invalid_field_format" &&
          error.message.includes(`"${name}"`),
      );
    });
  }

  it("takes what is absent or empty as not given", () => {
    for (const fields of [{}, { limit: "", cursor: "", order: "", from: "", includeOutput: "" }]) {
      assert.equal(limitField(fields, LIMITS), 20);
      assert.equal(cursorField(fields), null);
      assert.equal(wordField(fields, "order", ["asc"]), null);
      assert.equal(instantField(fields, "from"), null);
      assert.equal(flagField(fields, "includeOutput"), false);
    }
  });

  it("takes lists given value by value and parted by commas", () => {
    assert.deepEqual(listField({ status: ["A", "B,C"] }, "status"), ["A", "B", "C"]);
    assert.deepEqual(listField({ status: "A" }, "status"), ["A"]);
    assert.deepEqual(listField({}, "status"), []);
  });

  it("takes dates with any offset", () => {
    assert.equal(instantField({ from: "2026-11-26T12:00:00+02:00" }, "from"), Date.UTC(2026, 10, 26, 10));
  });
});

describe("cursorField()", () => {
  it("reads what writeCursor() wrote, and nothing else becomes a run", () => {
    assert.equal(
      cursorField({ cursor: writeCursor("01J00000000000000000000000") }),
      "01J00000000000000000000000",
    );
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (cursor) => {
        assert.throws(
          () => cursorField({ cursor }),
          (error) => isHoldfastError(error, "request_invalid"),
        );
      }),
    );
  });
});
