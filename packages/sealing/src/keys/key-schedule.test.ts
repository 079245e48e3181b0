import assert from "node:assert/strict";
import { hkdfSync } from "node:crypto";
import { test } from "node:test";
import { testKey } from "../testing/stage-of.ts";
import type { KeyPurpose } from "./key-schedule.ts";
import { KeySchedule, lengthed } from "./key-schedule.ts";

const run = (runId: string): KeyPurpose => ({ purpose: "run", runId });

test("keys are derived by HKDF-SHA-256 as node:crypto does it", () => {
  const salt = "holdfast/sealing/v1";
  const ofEnvironment = hkdfSync("sha256", testKey().reveal(), salt, "10:production", 32);
  const ofRun = hkdfSync("sha256", new Uint8Array(ofEnvironment), salt, "3:run5:01RUN", 32);
  assert.deepEqual(new KeySchedule().keyFor(testKey(), "production", run("01RUN")), new Uint8Array(ofRun));
});

test("another master key, environment, run or purpose has another key", () => {
  const schedule = new KeySchedule();
  const keys = [
    schedule.keyFor(testKey(), "a", run("1")),
    schedule.keyFor(testKey(8), "a", run("1")),
    schedule.keyFor(testKey(), "b", run("1")),
    schedule.keyFor(testKey(), "a", run("2")),
    schedule.keyFor(testKey(), "a", { purpose: "environment" }),
    schedule.keyFor(testKey(), "a", { purpose: "index" }),
    schedule.keyFor(testKey(), "a", { purpose: "names" }),
    schedule.keyFor(testKey(), "", run("1")),
  ].map((key) => Buffer.from(key).toString("hex"));
  assert.equal(new Set(keys).size, keys.length);
});

test("a derived key that was forgotten is derived again, to the same", () => {
  const schedule = new KeySchedule();
  const first = schedule.keyFor(testKey(), "a", run("first"));
  assert.equal(schedule.keyFor(testKey(), "a", run("first")), first);
  for (let index = 0; index < 2000; index++) schedule.keyFor(testKey(), "a", run(`${index}`));
  const again = schedule.keyFor(testKey(), "a", run("first"));
  assert.notEqual(again, first);
  assert.deepEqual(again, first);
});

test("two texts in a row can be read in one way only", () => {
  assert.notEqual(lengthed("a") + lengthed("bc"), lengthed("ab") + lengthed("c"));
});
