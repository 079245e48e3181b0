import assert from "node:assert/strict";
import { test } from "node:test";
import { Header } from "@holdfast/protocol";
import { nodeDigest as digest } from "#kernel";
import { createKeys } from "#keys";
import { shownKey } from "./shown-key.ts";

const NOW = 1_800_000_000_000;
const keysOf = (...digits: readonly string[]) =>
  createKeys({ signingKeys: digits.map((one) => `signkey-prod-${one.repeat(64)}`), eventKeys: [], digest });
const server = keysOf("b", "a");
const shown = (status: number, headers: Readonly<Record<string, string>>, body = "{}") =>
  shownKey(server, { kind: "answered", status, headers, body }, NOW);
const signed = (digit: string) => ({ [Header.signature]: keysOf(digit).sign("{}", NOW) ?? "" });

test("a signed answer shows the key that signed it, be it not the one that signed the call", () => {
  assert.equal(shown(200, signed("a")), keysOf("a").signerId);
  assert.equal(shown(206, signed("b")), keysOf("b").signerId);
});

test("an SDK's answer in clear shows the key of the call that it took", () => {
  assert.equal(shown(200, { [Header.sdk]: "js:v3.0.0" }), server.signerId);
  assert.equal(shown(401, { [Header.sdk]: "js:v3.0.0" }), null);
});

test("A-099 what a proxy answers in the place of an app shows no key", () => {
  assert.equal(shown(502, {}), null);
  assert.equal(shown(200, {}), null);
});

test("A-099 an answer under another key, or that was changed on its way, shows no key", () => {
  const sdk = { [Header.sdk]: "js:v3.0.0" };
  assert.equal(shown(200, { ...sdk, ...signed("c") }), null);
  assert.equal(shown(200, { ...sdk, ...signed("b") }, '{"changed":true}'), null);
});
