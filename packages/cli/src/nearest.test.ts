import assert from "node:assert/strict";
import { test } from "node:test";
import { editDistance, nearest } from "./nearest.ts";

test("editDistance() counts insertions, deletions, replacements and swaps", () => {
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("port", "port"), 0);
  assert.equal(editDistance("prot", "port"), 1);
  assert.equal(editDistance("sart", "start"), 1);
  assert.equal(editDistance("kitten", "sitting"), 3);
});

test("nearest() suggests what is close, and nothing when nothing is", () => {
  const known = ["dev", "start", "send", "runs get", "apps list"];
  assert.equal(nearest("strat", known), "start");
  assert.equal(nearest("DEV", known), "dev");
  assert.equal(nearest("runs gte", known), "runs get");
  assert.equal(nearest("frobnicate", known), null);
  assert.equal(nearest("x", known), null);
});
