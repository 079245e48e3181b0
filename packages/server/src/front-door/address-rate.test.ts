import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { AddressRate } from "./address-rate.ts";

test("a network may ask so often in a second, and is told how long to wait past that; another is not", async () => {
  const clock = manualClock(0);
  const rate = new AddressRate(clock, 2);
  assert.deepEqual(
    [1, 2, 3].map(() => rate.take("203.0.113.7")),
    [0, 0, 500],
  );
  assert.equal(rate.take("203.0.113.8"), 0);
  await clock.advance(499);
  assert.ok(rate.take("203.0.113.7") > 0);
  await clock.advance(1);
  assert.equal(rate.take("203.0.113.7"), 0);
});

test("an IPv6 /64 is one network, and this machine is never told to wait", () => {
  const rate = new AddressRate(manualClock(0), 1);
  assert.equal(rate.take("2001:db8:1:2::1"), 0);
  assert.equal(rate.take("2001:db8:1:2::2"), 1000);
  for (const address of ["127.0.0.1", "127.0.0.1", "::1", "::1", "::ffff:127.0.0.1", "::ffff:127.0.0.1"])
    assert.equal(rate.take(address), 0);
});

test("ten thousand networks are remembered; past them the one that was heard longest ago begins anew", () => {
  const rate = new AddressRate(manualClock(0), 1);
  const addressOf = (num: number) => `10.${num >> 16}.${(num >> 8) & 255}.${num & 255}`;
  for (let num = 0; num < 10_000; num += 1) rate.take(addressOf(num));
  assert.equal(rate.take(addressOf(0)), 1000, "it is the one heard last now");
  rate.take("203.0.113.7");
  assert.equal(rate.take(addressOf(1)), 0);
  assert.equal(rate.take(addressOf(0)), 1000);
});
