import assert from "node:assert/strict";
import { test } from "node:test";
import { isThisMachine, networkOf } from "./network-of.ts";

test("networkOf() tells an IPv4 address by itself, and an IPv6 address by its /64, however it is written", () => {
  for (const [address, network] of [
    ["203.0.113.7", "203.0.113.7"],
    ["::FFFF:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:db8:0:1::", "2001:db8:0:1"],
  ] as const)
    assert.equal(networkOf(address), network);
});

test("isThisMachine() knows the loopback of both families, and nothing that begins like it", () => {
  for (const address of ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
    assert.ok(isThisMachine(address), address);
  for (const address of ["128.0.0.1", "12.7.0.1", "::2", "::11", "::ffff:10.0.0.1", "2001:db8::1", ""])
    assert.ok(!isThisMachine(address), address);
});
