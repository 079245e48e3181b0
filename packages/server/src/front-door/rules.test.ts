import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { clientAddress } from "./client-address.ts";
import { ConnectionCount } from "./connection-limits.ts";
import { hostRule } from "./host-rule.ts";
import { isShed, workKindOf } from "./load.ts";

test("A-007 A-043 a host that is none of the server's names is refused, however it looks like one", () => {
  const isHost = hostRule({
    publicUrl: "https://flow.example.org",
    allowed: ["holdfast.internal"],
    listens: "127.0.0.1",
  });
  for (const host of [
    "flow.example.org",
    "FLOW.example.org:443",
    "flow.example.org.",
    "holdfast.internal:8288",
    "localhost:8288",
    "127.0.0.1",
    "[::1]:8288",
  ])
    assert.equal(isHost(host), true, host);
  for (const host of [
    "evil.example",
    "flow.example.org.evil.example",
    "evil-flow.example.org",
    "10.0.0.1",
    "",
    "flow.example.org@evil.example",
    "flow.example.org/evil",
    "flow.example.org evil",
    "[::2]",
    "flow.example.org:port",
  ])
    assert.equal(isHost(host), false, host);
});

test("a server that listens on every address is called by any address, and by no other name", () => {
  const isHost = hostRule({ publicUrl: null, allowed: [], listens: "0.0.0.0" });
  assert.equal(isHost("192.168.1.7:8288"), true);
  assert.equal(isHost("[fe80::1]:8288"), true);
  assert.equal(isHost("rebound.example"), false);
  assert.equal(isHost("1.2.3.4.example"), false);
  assert.equal(isHost("no host"), false);
  const six = hostRule({ publicUrl: null, allowed: [], listens: "::" });
  assert.deepEqual([six("[2001:db8::1]"), six("10.0.0.1"), six("rebound.example")], [true, true, false]);
});

test("a server that listens on one address is called by that, and without a public URL by nothing else", () => {
  const four = hostRule({ publicUrl: null, allowed: [], listens: "192.168.1.7" });
  assert.deepEqual(
    ["192.168.1.7:8288", "192.168.1.8", "null", "undefined"].map((host) => four(host)),
    [true, false, false, false],
  );
  const six = hostRule({ publicUrl: null, allowed: [], listens: "fd00::7" });
  assert.deepEqual(
    ["[fd00::7]:8288", "[fd00::8]", "fd00::7"].map((host) => six(host)),
    [true, false, false],
  );
  const broken = hostRule({ publicUrl: "no url", allowed: [], listens: "127.0.0.1" });
  assert.deepEqual([broken("undefined"), broken("localhost")], [false, true]);
});

test("a client is who the connection says, unless a trusted proxy reports another; what a client wrote itself counts for nothing", () => {
  const addressOf = clientAddress(["10.0.0.0/8", "fd00::/8"]);
  assert.equal(addressOf("198.51.100.1", "203.0.113.9"), "198.51.100.1");
  assert.equal(addressOf("10.0.0.1", undefined), "10.0.0.1");
  assert.equal(addressOf("10.0.0.1", "203.0.113.9"), "203.0.113.9");
  assert.equal(addressOf("::ffff:10.0.0.1", "203.0.113.9"), "203.0.113.9");
  assert.equal(addressOf("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2"), "203.0.113.9");
  assert.equal(addressOf("10.0.0.1", "nonsense"), "10.0.0.1");
  assert.equal(addressOf("10.0.0.1", "1.2.3.4, nonsense"), "10.0.0.1");
  assert.equal(addressOf("fd00::1", "203.0.113.9"), "203.0.113.9");
  assert.equal(addressOf("fe80::1", "203.0.113.9"), "fe80::1");
  assert.equal(clientAddress([])("10.0.0.1", "203.0.113.9"), "10.0.0.1");
  for (const entry of ["", "proxy.example", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/", "::/", "10.0.0.0/8/8"])
    assert.throws(
      () => clientAddress([entry]),
      (error) => isHoldfastError(error, "config_invalid"),
      entry,
    );
});

test("A-120 connections are counted, in all and of each address, and this machine's own only in all", () => {
  const count = new ConnectionCount({ total: 5, perAddress: 2 });
  assert.deepEqual([count.enter("a"), count.enter("a"), count.enter("a")], [true, true, false]);
  count.leave("a");
  assert.equal(count.enter("a"), true);
  assert.deepEqual(
    [count.enter("127.0.0.1"), count.enter("127.0.0.1"), count.enter("127.0.0.1")],
    [true, true, true],
  );
  assert.equal(count.enter("b"), false, "there are five");
  count.leave("127.0.0.1");
  assert.equal(count.enter("b"), true);
  // Whoever left is forgotten, and may come back as often as before.
  for (let round = 0; round < 3; round += 1) {
    const door = new ConnectionCount({ total: 3, perAddress: 2 });
    assert.deepEqual([door.enter("a"), door.enter("a"), door.enter("a")], [true, true, false]);
    door.leave("a");
    assert.deepEqual([door.enter("a"), door.enter("a")], [true, false]);
    door.leave("a");
    door.leave("a");
    assert.deepEqual([door.enter("a"), door.enter("a"), door.enter("a")], [true, true, false]);
  }
});

const CALM = { delayMs: 0, usedBytes: 1, maxBytes: 100, spareBytes: null };

test("what was acknowledged is never shed; new work goes after what is only read", () => {
  assert.deepEqual(
    (["result", "event", "other"] as const).map((kind) => isShed(kind, CALM)),
    [false, false, false],
  );
  assert.deepEqual(
    (["result", "event", "other"] as const).map((kind) => isShed(kind, { ...CALM, delayMs: 600 })),
    [false, false, true],
  );
  assert.deepEqual(
    (["result", "event", "other"] as const).map((kind) => isShed(kind, { ...CALM, delayMs: 5000 })),
    [false, true, true],
  );
  assert.deepEqual(
    (["result", "event", "other"] as const).map((kind) => isShed(kind, { ...CALM, usedBytes: 90 })),
    [false, false, true],
  );
  assert.deepEqual(
    (["result", "event", "other"] as const).map((kind) => isShed(kind, { ...CALM, usedBytes: 99 })),
    [false, true, true],
  );
});

test("A-129 on a disk that is nearly full new events are turned away, and nothing else", () => {
  for (const [spareBytes, isTurnedAway] of [
    [-1, true],
    [0, false],
    [1, false],
    [null, false],
  ] as const)
    assert.deepEqual(
      (["result", "event", "other"] as const).map((kind) => isShed(kind, { ...CALM, spareBytes })),
      [false, isTurnedAway, false],
    );
});

test("workKindOf() knows by the path alone what carries results, what is new, and what else there is", () => {
  for (const path of [
    "/v1/checkpoint/x/async",
    "/v1/http/runs/x/steps",
    "/v0/runs/x/actions",
    "/v1/runs/x",
    "/fn/register",
    "/health",
  ])
    assert.equal(workKindOf("POST", path), "result", path);
  assert.equal(workKindOf("POST", "/e/key"), "event");
  assert.equal(workKindOf("POST", "/invoke/x"), "event");
  for (const path of ["/v2/runs", "/v1/events", "/holdfast/v1/admin/audit", "/e/key"])
    assert.equal(workKindOf("GET", path), "other", path);
});
