import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { createAttempts } from "./attempts.ts";

const MINUTE = 60_000;

test("A-085 after so many attempts a network waits for the end of its minute, and begins anew", async () => {
  const clock = manualClock(0);
  const attempts = createAttempts(clock, 3);
  for (let count = 0; count < 2; count += 1) attempts.note("203.0.113.7");
  assert.equal(attempts.waitMs("203.0.113.7"), 0);
  await clock.advance(1000);
  attempts.note("203.0.113.7");
  assert.equal(attempts.waitMs("203.0.113.7"), MINUTE - 1000);
  assert.equal(attempts.waitMs("203.0.113.8"), 0, "another address");
  await clock.advance(MINUTE - 1001);
  assert.equal(attempts.waitMs("203.0.113.7"), 1);
  await clock.advance(1);
  assert.equal(attempts.waitMs("203.0.113.7"), 0);
  attempts.note("203.0.113.7");
  attempts.note("203.0.113.7");
  assert.equal(attempts.waitMs("203.0.113.7"), 0, "the count began anew");
});

test("A-085 an address is itself in whatever form; of IPv6 a /64 is one network, however it is written", () => {
  const isOne = (one: string, other: string): boolean => {
    const attempts = createAttempts(manualClock(0), 1);
    attempts.note(one);
    return attempts.waitMs(other) > 0;
  };
  for (const [one, other] of [
    ["203.0.113.7", "::ffff:203.0.113.7"],
    ["::FFFF:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"],
    ["2001:db8::1", "2001:db8:0:0:1::"],
    ["2001:db8::", "2001:db8::1:2:3:4"],
    ["::1", "::2"],
  ] as const)
    assert.ok(isOne(one, other), `${one} ${other}`);
  for (const [one, other] of [
    ["203.0.113.7", "203.0.113.8"],
    ["2001:db8:1:2::1", "2001:db8:1:3::1"],
    ["2001:db8:1::1", "2001:db8:2::1"],
    ["2001:db8::1", "2001:db8:0:1::1"],
    ["::1", "2001:db8::1"],
  ] as const)
    assert.ok(!isOne(one, other), `${one} ${other}`);
});

test("ten thousand networks are remembered; past them the one that began longest ago is forgotten", () => {
  const attempts = createAttempts(manualClock(0), 1);
  const addressOf = (num: number) => `10.${num >> 16}.${(num >> 8) & 255}.${num & 255}`;
  for (let num = 0; num < 10_000; num += 1) attempts.note(addressOf(num));
  assert.ok(attempts.waitMs(addressOf(0)) > 0);
  attempts.note("203.0.113.7");
  assert.deepEqual(
    [addressOf(0), addressOf(1), "203.0.113.7"].map((address) => attempts.waitMs(address) > 0),
    [false, true, true],
  );
});
