import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "./printable.ts";

test("printable() takes escape sequences, line breaks and direction marks out", () => {
  assert.equal(printable("a\u001b[31mb\r\nc\u202ed\u009b2J\u2028e"), "a [31mb c d 2J e");
});

test("printable() cuts what is long, and leaves ordinary text of any script alone", () => {
  assert.equal(printable("x".repeat(300)).length, 200);
  assert.equal(printable("Grüße, 世界 👩‍🚀"), "Grüße, 世界 👩‍🚀");
});
