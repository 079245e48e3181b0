import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel";
import { createMemoryDisk } from "#store";
import { createNonceLedger, openNonceLedger } from "./nonce-ledger.ts";

const START = 1_800_000_000_000;

test("A-102 a ledger takes each nonce once, until it may be forgotten", () => {
  const ledger = createNonceLedger();
  const admit = (nonce: string, nowMs: number): string => ledger.admit(nonce, START + 91_000, nowMs);
  assert.equal(admit("a", START + 1000), "new");
  assert.equal(admit("a", START + 1001), "replay");
  assert.equal(admit("b", START + 1001), "new");
  assert.equal(admit("a", START + 91_000), "replay");
  assert.equal(admit("a", START + 91_001), "new", "it would be too old to be taken by now");
});

test("A-102 the next process knows what an earlier one took in, and a clock set back takes nothing twice", async () => {
  const { nonces } = createMemoryDisk().takeOver();
  const first = await openNonceLedger(nonces, START, silentLog);
  assert.equal(first.admit("a", START + 91_000, START), "new");
  // In order on its way to the store, as what the request does is.
  await nonces.live(START);
  const next = await openNonceLedger(nonces, START + 10, silentLog);
  assert.equal(next.admit("a", START + 91_000, START + 10), "replay");
  assert.equal(next.admit("a", START + 91_000, START - 60_000), "replay");
  assert.equal(next.admit("b", START + 91_000, START + 10), "new");
});

test("a nonce is on its way to the store before its request does anything", () => {
  const acts: string[] = [];
  const { nonces } = createMemoryDisk().takeOver();
  const store = {
    ...nonces,
    take: (...given: Parameters<typeof nonces.take>) => {
      acts.push("nonce");
      return nonces.take(...given);
    },
  };
  return openNonceLedger(store, START, silentLog).then((ledger) => {
    ledger.admit("a", START + 1, START);
    acts.push("request");
    assert.equal(ledger.admit("a", START + 1, START), "replay");
    assert.deepEqual(acts, ["nonce", "request"], "what was refused is not written down");
  });
});
