import assert from "node:assert/strict";
import { test } from "node:test";
import { comparableUrl, isCallable, localPort, parseAppUrl } from "./app-url.ts";

test("parseAppUrl() adds a missing scheme and drops the fragment", () => {
  assert.deepEqual(parseAppUrl("localhost:3000/api/inngest#x"), {
    ok: true,
    url: "http://localhost:3000/api/inngest",
  });
  assert.deepEqual(parseAppUrl("https://shop.example/api/inngest?a=1"), {
    ok: true,
    url: "https://shop.example/api/inngest?a=1",
  });
});

test("parseAppUrl() refuses other schemes, passwords and nonsense, and never repeats a password", () => {
  for (const [text, code] of [
    ["ftp://host/x", "unsupported_protocol"],
    ["file:///etc/passwd", "unsupported_protocol"],
    ["http://me:hunter2@host/", "config_invalid"],
    ["http://", "config_invalid"],
    ["http://a b/", "config_invalid"],
  ] as const) {
    const parsed = parseAppUrl(text);
    assert.ok(!parsed.ok, text);
    assert.equal(parsed.code, code, text);
    assert.ok(!parsed.message.includes("hunter2"));
  }
});

test("comparableUrl() makes the names of this machine one, sorts the query, drops what belongs to one request", () => {
  const same = comparableUrl("http://localhost:3000/api/inngest?a=1&b=2");
  for (const text of [
    "http://127.0.0.1:3000/api/inngest?b=2&a=1",
    "http://0.0.0.0:3000/api/inngest?a=1&b=2&deployId=7&probe=trust",
    "http://[::1]:3000/api/inngest?a=1&b=2#x",
  ]) {
    assert.equal(comparableUrl(text), same, text);
  }
  assert.equal(comparableUrl("http://shop.example:80/x"), comparableUrl("http://SHOP.example/x"));
  assert.notEqual(comparableUrl("http://localhost:3000/a"), comparableUrl("http://localhost:3001/a"));
});

test("localPort() knows this machine's addresses only", () => {
  assert.equal(localPort("http://127.8.0.1:3000/x"), 3000);
  assert.equal(localPort("http://app.localhost/x"), 80);
  assert.equal(localPort("https://[::1]/x"), 443);
  assert.equal(localPort("http://app:3000/x"), null);
  assert.equal(localPort("http://127.0.0.1.example:3000/x"), null);
  assert.equal(localPort("nonsense"), null);
});

test("isCallable() leaves out apps that connect by themselves", () => {
  assert.equal(isCallable("https://shop.example/x"), true);
  assert.equal(isCallable("wss://connect"), false);
  assert.equal(isCallable(""), false);
});
