import assert from "node:assert/strict";
import { test } from "node:test";
import type { FunctionId, RunId } from "@holdfast/protocol";
import type { PastRun } from "#store";
import type { HoldScope, LegalHold, RetentionPolicy } from "./contract.ts";
import { isHeld, isOver, keptMs, sweepsUntil } from "./rules.ts";

const DAY = 24 * 60 * 60 * 1000;
const NOW = 100 * DAY;
// The names of these tests' functions and runs; brands exist for the compiler only.
const fn = (name: string): FunctionId => name as FunctionId;
const run = (fields: Partial<PastRun> = {}): PastRun => ({
  id: "r1" as RunId,
  functionId: fn("f1"),
  queuedAt: NOW - 50 * DAY,
  endedAt: NOW - 40 * DAY,
  ...fields,
});
const hold = (scope: HoldScope): LegalHold => ({
  id: "h",
  scope,
  reason: "case",
  placedAt: 0,
  placedBy: "op",
});
const policy = (days: number | null, functions: RetentionPolicy["functions"] = {}): RetentionPolicy => ({
  days,
  functions,
});

test("a function's own rule goes before the environment's, also when it says for ever", () => {
  const both = policy(30, { f1: 7, f2: null });
  assert.deepEqual([keptMs(both, "f1"), keptMs(both, "f2"), keptMs(both, "f3")], [7 * DAY, null, 30 * DAY]);
});

test("a run is over when it ended longer ago than it is kept, and not a moment before", () => {
  const at = (endedAt: number | null) => isOver(run({ endedAt }), policy(40), [], NOW);
  assert.deepEqual([at(NOW - 40 * DAY - 1), at(NOW - 40 * DAY), at(null)], [true, false, false]);
  assert.equal(isOver(run(), policy(null), [], NOW), false);
});

test("a hold keeps what it names, and nothing else", () => {
  assert.equal(isHeld([hold({ kind: "environment" })], run()), true);
  assert.equal(isHeld([hold({ kind: "function", id: fn("f1") })], run()), true);
  assert.equal(isHeld([hold({ kind: "function", id: fn("f2") })], run()), false);
  assert.equal(isHeld([hold({ kind: "run", id: run().id })], run()), true);
  assert.equal(isHeld([hold({ kind: "run", id: "r2" as RunId })], run()), false);
  assert.equal(isOver(run(), policy(1), [hold({ kind: "run", id: run().id })], NOW), false);
});

test("a sweep goes as far as its shortest rule, and nowhere under a hold of the environment", () => {
  assert.deepEqual(sweepsUntil(policy(30, { f1: 7 }), [], NOW), {
    runs: NOW - 7 * DAY,
    events: NOW - 30 * DAY,
  });
  assert.deepEqual(sweepsUntil(policy(null, { f1: 7 }), [], NOW), { runs: NOW - 7 * DAY, events: null });
  assert.deepEqual(sweepsUntil(policy(null, { f1: null }), [], NOW), { runs: null, events: null });
  const all = [hold({ kind: "environment" })];
  assert.deepEqual(sweepsUntil(policy(30), all, NOW), { runs: null, events: null });
});
