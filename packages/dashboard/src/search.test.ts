import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSearch, readTexts, writeSearch } from "./search.ts";

test("an address's search is text, whatever it looks like, and comes back as it was", () => {
  for (const search of [{}, { q: "7" }, { q: "true", state: "all" }, { q: "a b&c=d#é" }])
    assert.deepEqual(parseSearch(writeSearch(search)), search);
});

test("writeSearch() leaves out what says nothing", () => {
  assert.equal(writeSearch({ q: undefined, role: "", env: "staging" }), "?env=staging");
  assert.equal(writeSearch({}), "");
});

test("readTexts() takes only the names it was given, and only text", () => {
  assert.deepEqual(readTexts({ q: "a", role: 7, other: "b", log: "" }, "q", "role", "log"), { q: "a" });
});
