import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddressRange } from "./address-range.ts";

test("an address is a range of itself, and a range says how many of its bits count", () => {
  assert.deepEqual(readAddressRange("203.0.113.7"), { network: "203.0.113.7", bits: 32, family: "ipv4" });
  assert.deepEqual(readAddressRange("2001:db8::1"), { network: "2001:db8::1", bits: 128, family: "ipv6" });
  for (const [text, bits] of [
    ["0.0.0.0/0", 0],
    ["203.0.113.0/24", 24],
    ["203.0.113.7/32", 32],
    ["::/0", 0],
    ["2001:db8::/32", 32],
    ["::1/128", 128],
  ] as const)
    assert.equal(readAddressRange(text)?.bits, bits, text);
});

test("what is cut off, too long or no number is no range, least of all one of everything", () => {
  for (const text of [
    "",
    "/",
    "/8",
    "host",
    "host/8",
    "10.0.0/8",
    "10.0.0.0/",
    "::/",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/-1",
    "10.0.0.0/1.5",
    "10.0.0.0/0x8",
    "10.0.0.0/1e1",
    "10.0.0.0/ 8",
    " 10.0.0.0/8",
    "10.0.0.0/8/8",
    "10.0.0.0/8/",
  ])
    assert.equal(readAddressRange(text), null, text);
});
