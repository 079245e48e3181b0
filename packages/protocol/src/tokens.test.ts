import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { makeToken, readToken, shownToken, TOKEN_PATTERN } from "./tokens.ts";

test("a token says its kind and its environment, and matches what scanners look for", () => {
  for (const [kind, environment, place] of [
    ["event", "production", "producti"],
    ["event", "eu-west-1", "euwest1"],
    ["op", null, "org"],
  ] as const) {
    const token = makeToken(kind, environment, randomBytes);
    assert.match(token, TOKEN_PATTERN);
    assert.deepEqual(readToken(token), { kind, environment: place });
    assert.equal(TOKEN_PATTERN.exec(`{"key":"${token}"}`)?.[0], token);
  }
});

test("the check is the CRC-32 that everybody has", () => {
  // The body is made of the first bytes that come: here all zeros.
  const token = makeToken("op", null, (count) => new Uint8Array(count));
  assert.equal(token.slice(0, -6), "hf_op_org_000000000000000000000000000000");
  assert.deepEqual(readToken(token), { kind: "op", environment: "org" });
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (const made of [token, makeToken("event", "production", randomBytes)]) {
    let value = 0;
    for (const digit of made.slice(-6)) value = value * 62 + digits.indexOf(digit);
    assert.equal(value, crc32(made.slice(0, -6)));
  }
});

test("bytes that would favour some characters are thrown away", () => {
  let round = 0;
  const token = makeToken("op", null, (count) => new Uint8Array(count).fill(round++ === 0 ? 248 : 247));
  assert.match(token, /^hf_op_org_z{30}/);
});

test("A-050 each character counts: what was mistyped, cut, exchanged or lengthened is no token", () => {
  const token = makeToken("event", "production", randomBytes);
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === "a" ? "b" : "a";
    assert.equal(readToken(token.slice(0, at) + other + token.slice(at + 1)), null, `character ${at}`);
  }
  for (const text of [
    "",
    token.slice(1),
    token.slice(0, -1),
    `${token}a`,
    token.replace("event", "admin"),
    `${token}\n`,
    ` ${token}`,
    token.replace("hf_", "HF_"),
    "a".repeat(10_000),
    `${token.slice(0, 20)}\u0000${token.slice(21)}`,
    `${token.slice(0, -1)}ａ`,
  ])
    assert.equal(readToken(text), null);
});

test("what is shown of a token does not tell it", () => {
  const token = makeToken("event", "production", randomBytes);
  assert.match(shownToken(token), /^hf_event_producti_[0-9A-Za-z]{4}…$/);
  assert.equal(shownToken("some-old-key"), "some…");
});
