import assert from "node:assert/strict";
import { test } from "node:test";
import { movesFreely } from "./origin-rule.ts";

test("A-090 A-109 an app moves freely within its host and on this machine, and nowhere else", () => {
  for (const [from, to] of [
    ["https://app.example.org/api/inngest", "https://app.example.org/x"],
    ["https://app.example.org/", "https://app.example.org:8443/"],
    ["http://app.internal:3000/", "https://app.internal/"],
    ["http://127.0.0.1:3000/", "http://localhost:4000/"],
    ["http://[::1]:3000/", "http://127.0.0.1:3000/"],
  ] as const)
    assert.equal(movesFreely(from, to), true, `${from} ${to}`);
  for (const [from, to] of [
    ["https://app.example.org/", "https://evil.example/"],
    ["https://app.example.org/", "https://app.example.org.evil.example/"],
    ["https://app.example.org/", "https://other.example.org/"],
    ["https://app.example.org/", "http://app.example.org/"],
    ["https://app.example.org/", "http://127.0.0.1/"],
    ["http://127.0.0.1:3000/", "https://evil.example/"],
    ["http://127.0.0.1:3000/", "http://127.0.0.1.evil.example/"],
    ["nonsense", "https://app.example.org/"],
  ] as const)
    assert.equal(movesFreely(from, to), false, `${from} ${to}`);
});
