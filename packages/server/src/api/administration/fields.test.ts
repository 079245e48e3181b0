import assert from "node:assert/strict";
import { test } from "node:test";
import { expiryField, instant, listField, numberField, textField, wantedText } from "./fields.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");
const invalid = { code: "request_invalid", message: /\bname\b/ };

test("a text is text, absent or null; anything else is refused by its name", () => {
  assert.deepEqual([textField({ name: "a" }, "name"), textField({ name: "" }, "name")], ["a", ""]);
  assert.deepEqual([textField({}, "name"), textField({ name: null }, "name")], [null, null]);
  for (const value of [1, true, ["a"], {}]) assert.throws(() => textField({ name: value }, "name"), invalid);
});

test("a text that is wanted must be there, and have letters", () => {
  assert.equal(wantedText({ name: "a" }, "name"), "a");
  for (const fields of [{}, { name: null }, { name: "" }, { name: 1 }])
    assert.throws(() => wantedText(fields, "name"), invalid);
});

test("a list is one of texts; an empty one is not an absent one", () => {
  assert.deepEqual(
    [listField({ name: ["a", "b"] }, "name"), listField({ name: [] }, "name")],
    [["a", "b"], []],
  );
  assert.deepEqual([listField({}, "name"), listField({ name: null }, "name")], [null, null]);
  for (const value of ["a", [1], ["a", null], {}, 1])
    assert.throws(() => listField({ name: value }, "name"), invalid);
});

test("a number is a number, zero too", () => {
  assert.deepEqual(
    [numberField({ name: 0 }, "name"), numberField({}, "name"), numberField({ name: null }, "name")],
    [0, null, null],
  );
  for (const value of ["1", true, [1]]) assert.throws(() => numberField({ name: value }, "name"), invalid);
});

test("an expiry is a date, or how long from now", () => {
  const at = (name: string) => expiryField({ name }, "name", NOW);
  assert.equal(at("2027-01-31"), Date.parse("2027-01-31"));
  assert.equal(at("2027-01-31T10:00:00Z"), Date.parse("2027-01-31T10:00:00Z"));
  assert.equal(at("90d"), NOW + 90 * 86_400_000);
  assert.equal(expiryField({}, "name", NOW), null);
  assert.throws(() => at("2027-99-99"), invalid);
  assert.throws(() => at("soon"));
});

test("an instant is ISO 8601, and none is null", () => {
  assert.deepEqual(
    [instant(NOW), instant(0), instant(null)],
    ["2026-11-26T12:00:00.000Z", "1970-01-01T00:00:00.000Z", null],
  );
});
