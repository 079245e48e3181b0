import assert from "node:assert/strict";
import { test } from "node:test";
import { readArguments } from "./arguments.ts";

test("readArguments() measures every system of ours when told nothing, and no peer", () => {
  const options = readArguments([]);
  assert.deepEqual(options?.inFlight, [1, 64, 256]);
  assert.deepEqual(options?.workloads, ["w1", "w2", "w3"]);
  assert.equal(options?.systems.includes("bare"), true);
  assert.equal(options?.systems.includes("restate"), false);
});

test("readArguments() adds the peers that are asked for", () => {
  const options = readArguments(["--systems", "loop,bare", "--peers", "restate,dbos", "--window", "1.5"]);
  assert.deepEqual(options?.systems, ["loop", "bare", "restate", "dbos"]);
  assert.equal(options?.windowMs, 1500);
});

test("readArguments() refuses what it does not know, by name", () => {
  assert.throws(() => readArguments(["--workloads", "w9"]), /"w9"/);
  assert.throws(() => readArguments(["--systems", "other"]), /"other"/);
  assert.throws(() => readArguments(["--peers", "bare"]), /"bare"/);
  assert.throws(() => readArguments(["--rounds", "none"]), /"none"/);
});
