import assert from "node:assert/strict";
import { test } from "node:test";
import { candidatePorts, isWorthAsking } from "./candidates.ts";

const mine = { ids: new Set(["1"]), uid: 1000 };
const theirs = { ids: new Set(["1"]), uid: 0 };

test("candidatePorts() adds the port that PORT names, once", () => {
  assert.ok(candidatePorts("").includes(3000));
  assert.equal(candidatePorts("3000").length, candidatePorts("").length);
  assert.ok(candidatePorts("4567").includes(4567));
  for (const text of ["0", "70000", "x", "1.5"])
    assert.equal(candidatePorts(text).length, candidatePorts("").length);
});

test("isWorthAsking() takes the usual ports only in the first round, and later what our own user opens", () => {
  assert.equal(isWorthAsking(3000, theirs, { isFirst: true, uid: 1000 }), true);
  assert.equal(isWorthAsking(4567, mine, { isFirst: true, uid: 1000 }), false);
  assert.equal(isWorthAsking(4567, mine, { isFirst: false, uid: 1000 }), true);
  assert.equal(isWorthAsking(4567, theirs, { isFirst: false, uid: 1000 }), false);
});

test("isWorthAsking() leaves databases, debuggers, passing ports and the system's services alone", () => {
  for (const port of [5432, 6379, 9229, 8288, 22, 40_000]) {
    assert.equal(isWorthAsking(port, mine, { isFirst: false, uid: 1000 }), false, String(port));
  }
});
