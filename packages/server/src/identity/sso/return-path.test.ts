import assert from "node:assert/strict";
import { test } from "node:test";
import { returnPath } from "./return-path.ts";

const HERE = "https://holdfast.example";

test("A-044 only a path of this site is returned to", () => {
  for (const elsewhere of [
    null,
    "",
    "people",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/%09/evil.example\r\nset-cookie: a=b",
    "https:evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/people\\..\\..",
    "/\u2215evil.example",
    "/\u3000",
    `/${"a".repeat(600)}`,
    "/./\u0000",
    "/.//evil.example",
  ])
    assert.equal(returnPath(elsewhere, HERE), "/", JSON.stringify(elsewhere));
  assert.equal(returnPath("/people?role=admin#top", HERE), "/people?role=admin#top");
  assert.equal(returnPath("/%2f%2fevil.example", HERE), "/%2f%2fevil.example");
});
