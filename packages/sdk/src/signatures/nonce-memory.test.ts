import assert from "node:assert/strict";
import { test } from "node:test";
import { createNonceMemory } from "./nonce-memory.ts";

test("createNonceMemory() knows a nonce again until it expires", () => {
  let now = 1000;
  const memory = createNonceMemory(() => now);
  assert.equal(memory.seen("a", 2000), false);
  assert.equal(memory.seen("b", 3000), false);
  assert.equal(memory.seen("a", 2000), true);
  now = 2000;
  assert.equal(memory.seen("a", 2000), true);
  now = 2001;
  assert.equal(memory.seen("b", 3000), true);
  assert.equal(memory.seen("a", 4000), false);
});

test("createNonceMemory() holds no more than its limit, and forgets the oldest first", () => {
  const memory = createNonceMemory(() => 0, 3);
  for (const nonce of ["a", "b", "c", "d"]) assert.equal(memory.seen(nonce, 10), false);
  assert.equal(memory.seen("d", 10), true);
  // The oldest that is left, at the moment at which it would have to make room.
  assert.equal(memory.seen("b", 10), true);
  assert.equal(memory.seen("a", 10), false);
});
