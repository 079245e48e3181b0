import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { openFloorFile } from "./floor-file.ts";
import type { NonceFloor } from "./nonce-ledger.ts";
import { createNonceLedger } from "./nonce-ledger.ts";

const START = 1_800_000_000_000;

function floorOf(keptMs = 0): NonceFloor & { readonly kept: number[] } {
  const kept: number[] = [];
  return { keptMs, kept, keep: (ms) => void kept.push(ms) };
}

test("a ledger takes each nonce once, until it may be forgotten", () => {
  const ledger = createNonceLedger(START, floorOf());
  const admit = (nonce: string, nowMs: number): string =>
    ledger.admit(nonce, START + 1000, START + 91_000, nowMs);
  assert.equal(admit("a", START + 1000), "new");
  assert.equal(admit("a", START + 1001), "replay");
  assert.equal(admit("b", START + 1001), "new");
  assert.equal(admit("a", START + 91_000), "replay");
});

test("a ledger refuses what was made before its process began, though it never saw it", () => {
  const ledger = createNonceLedger(START, floorOf());
  assert.equal(ledger.admit("a", START - 1, START + 90_000, START), "early");
  assert.equal(ledger.admit("a", START, START + 90_000, START), "new");
});

test("a ledger tells the next process of requests whose makers' clocks are ahead, before it takes them in", () => {
  const floor = floorOf();
  const ledger = createNonceLedger(START, floor);
  assert.equal(ledger.admit("on time", START, START + 90_000, START), "new");
  assert.deepEqual(floor.kept, []);
  // Made, by its own clock, 20 seconds from now: after a quick restart it would look new.
  assert.equal(ledger.admit("ahead", START + 20_000, START + 110_000, START), "new");
  const [kept = 0] = floor.kept;
  assert.ok(kept > START + 20_000);
  const next = createNonceLedger(START + 100, floorOf(kept));
  assert.equal(next.admit("ahead", START + 20_000, START + 110_000, START + 20_000), "early");
  assert.equal(next.admit("later", kept, kept + 90_000, kept), "new");
  // One write serves those that follow.
  assert.equal(ledger.admit("ahead too", START + 21_000, START + 111_000, START + 1000), "new");
  assert.equal(floor.kept.length, 1);
});

test("openFloorFile() keeps an instant across processes, and refuses a file that holds something else", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-floor-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "signature-floor");
  const first = openFloorFile(path);
  assert.equal(first.keptMs, 0);
  first.keep(START);
  first.keep(START + 1);
  assert.equal(openFloorFile(path).keptMs, START + 1);
  assert.equal(readFileSync(path, "utf8"), `${START + 1}\n`);
  writeFileSync(path, "soon");
  assert.throws(
    () => openFloorFile(path),
    (error) => isHoldfastError(error, "store_corrupt"),
  );
});
