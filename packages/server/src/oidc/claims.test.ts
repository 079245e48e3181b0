import assert from "node:assert/strict";
import { test } from "node:test";
import { claimsOf } from "./claims.ts";

test("claimsOf() gives texts, numbers, yes and no, alone and in lists, and nothing else", () => {
  const claims = claimsOf({
    email: "bo@example.org",
    level: 7,
    staff: false,
    groups: ["a", 2, true, null, { name: "b" }, ["c"]],
    address: { street: "x" },
    nothing: null,
    none: [],
  });
  assert.deepEqual(
    [...claims],
    [
      ["email", ["bo@example.org"]],
      ["level", ["7"]],
      ["staff", ["false"]],
      ["groups", ["a", "2", "true"]],
    ],
  );
});

test("claimsOf() takes a name for a name, whatever it is", () => {
  const claims = claimsOf(JSON.parse('{"__proto__":"x","constructor":"y","toString":"z"}'));
  assert.deepEqual([...claims.keys()], ["__proto__", "constructor", "toString"]);
  assert.equal(claims.get("hasOwnProperty"), undefined);
});

test("claimsOf() is bounded: 200 names, 2,000 values each, 4,000 characters each", () => {
  const names = claimsOf(Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`n${index}`, "x"])));
  assert.equal(names.size, 200);
  const values = claimsOf({ groups: Array.from({ length: 2001 }, () => "x") }).get("groups");
  assert.equal(values?.length, 2000);
  const texts = claimsOf({ fits: "x".repeat(4000), isTooLong: "x".repeat(4001) });
  assert.deepEqual([...texts.keys()], ["fits"]);
});
