import assert from "node:assert/strict";
import { test } from "node:test";
import { isLocalAddress, isLocalOrigin } from "./local-host.ts";

test("isLocalOrigin() takes this machine, private addresses, and names that nobody on the internet can own", () => {
  for (const host of [
    "localhost:3000",
    "shop.localhost",
    "127.0.0.1:80",
    "127.9.9.9",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.2",
    "100.64.0.1",
    "169.254.1.1",
    "[::1]:3000",
    "[fd00::1]",
    "[fe80::1]",
    "app:3000",
    "host.docker.internal",
  ])
    assert.ok(isLocalOrigin(`http://${host}`), host);
});

test("isLocalOrigin() takes no name with a dot, no public address, and nothing that is no origin", () => {
  for (const origin of [
    "http://shop.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://8.8.8.8",
    "http://172.32.0.1",
    "http://100.128.0.1",
    "http://192.169.0.1",
    "http://[2001:db8::1]",
    "http://[::ffff:8.8.8.8]",
    "http://[fec0::1]",
    "",
    "http://",
    "nonsense",
  ])
    assert.ok(!isLocalOrigin(origin), origin);
});

test("isLocalAddress() knows this machine and private networks, in every way they are written", () => {
  for (const address of [
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "::FFFF:10.0.0.1",
    "172.18.0.1",
    "fe80::1%eth0",
    "FD00::1",
  ])
    assert.ok(isLocalAddress(address), address);
  for (const address of [
    "8.8.8.8",
    "::ffff:8.8.8.8",
    "2001:db8::1",
    "::",
    "::1:1",
    "",
    "localhost",
    "10.0.0.1.evil",
    "127.0.0",
  ])
    assert.ok(!isLocalAddress(address), address);
});
