import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionInfo } from "@holdfast/client";
import { may } from "./abilities.ts";
import { destinationsOf } from "./destinations.ts";
import { detour, isSafeDeparture, safePath } from "./way-in.ts";

function session(more: Partial<SessionInfo> = {}): SessionInfo {
  return {
    state: "signed_in",
    instance: { name: "Example Works" },
    methods: { password: true, passkey: true },
    permissions: [],
    must: null,
    ...more,
  };
}

const holding = (...names: readonly string[]): SessionInfo =>
  session({ permissions: names.map((permission) => ({ permission, reach: "everywhere" })) });

test("a page is in the sidebar only for those who hold one of its permissions", () => {
  const labels = (of: SessionInfo) => destinationsOf(of).map(({ label }) => label);
  assert.deepEqual(labels(session()), []);
  assert.deepEqual(labels(holding("audit.read")), ["Audit"]);
  assert.deepEqual(labels(holding("keys.read")), ["Keys"]);
  assert.deepEqual(labels(holding("tokens.read")), ["Keys"]);
  assert.ok(may(holding("people.read"), "people.read"));
  assert.ok(!may(holding("people.read"), "people.manage"));
});

test("whoever owes a second factor may go nowhere but to the account", () => {
  const owing = { ...holding("people.read"), must: "enrol_second_factor" as const };
  assert.deepEqual(destinationsOf(owing), []);
  assert.equal(detour(owing, "/people"), "/account");
  assert.equal(detour(owing, "/account"), null);
});

test("detour() sends to where the session stands", () => {
  assert.equal(detour(session({ state: "setup_required" }), "/people"), "/set-up");
  assert.equal(detour(session({ state: "signed_out" }), "/people"), "/sign-in");
  assert.equal(detour(session({ state: "second_factor" }), "/people"), "/sign-in");
  assert.equal(detour(session(), "/people"), null);
});

test("safePath() goes on only within these pages", () => {
  for (const path of ["/people", "/sso/con_1?step=test", "/"]) assert.equal(safePath(path), path);
  for (const path of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "people",
    "",
    undefined,
    7,
    "/a\nb",
    "/a b",
  ])
    assert.equal(safePath(path), "/", String(path));
  assert.equal(safePath("/sign-in?to=/people"), "/", "a loop");
});

test("isSafeDeparture() lets nobody leave for a script, a file or plain http elsewhere", () => {
  const here = "http://127.0.0.1:8288";
  assert.ok(isSafeDeparture("https://idp.example/sso?SAMLRequest=x", here));
  assert.ok(isSafeDeparture("/saml/con_1/start", here));
  for (const url of [
    "javascript:alert(1)",
    "data:text/html,x",
    "http://idp.example/sso",
    "file:///etc/passwd",
    "http://",
  ])
    assert.ok(!isSafeDeparture(url, here), url);
});
