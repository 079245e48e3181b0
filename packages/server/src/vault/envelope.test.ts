import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { keyIdOf, openUnder, sealUnder } from "./envelope.ts";
import { bytes } from "./testing/world.ts";

const KEY = bytes(32);
const ABOUT = ["production", "signing-key", "k1", "secret"];
const seal = (content: string, about: readonly string[] = ABOUT): string =>
  sealUnder(KEY, "d1", Buffer.from(content), about, bytes);
const refused = (sealed: string, about: readonly string[] = ABOUT, key = KEY) =>
  assert.throws(
    () => openUnder(key, sealed, about),
    (error) => isHoldfastError(error, "secret_unreadable"),
    sealed,
  );

test("what was sealed opens with its key and its place, even when it is nothing", () => {
  for (const content of ["a secret", "", "ü".repeat(1000)])
    assert.equal(openUnder(KEY, seal(content), ABOUT).toString("utf8"), content);
  assert.notEqual(seal("same"), seal("same"), "a nonce is drawn anew each time");
});

test("A-095 another key, another place, and parts that were moved together do not open it", () => {
  const sealed = seal("a secret");
  refused(sealed, ABOUT, bytes(32));
  for (const about of [
    ["staging", "signing-key", "k1", "secret"],
    ["production", "event-key", "k1", "secret"],
    ["production", "signing-key", "k2", "secret"],
    ["production", "signing-key", "k1", "other"],
    ["production", "signing-key", "k1"],
    // The same letters, cut elsewhere.
    ["productions", "igning-key", "k1", "secret"],
  ])
    refused(sealed, about);
});

test("A-095 a bit more, less or otherwise, in every part, does not open", () => {
  const [version = "", id = "", nonce = "", rest = ""] = seal("a secret").split(".");
  const flipped = (text: string): string => {
    const content = Buffer.from(text, "base64url");
    content.writeUInt8(content.readUInt8(0) ^ 1, 0);
    return content.toString("base64url");
  };
  for (const parts of [
    ["v2", id, nonce, rest],
    ["", id, nonce, rest],
    [version, "d2", nonce, rest],
    [version, id, flipped(nonce), rest],
    [version, id, nonce, flipped(rest)],
    [version, id, nonce.slice(2), rest],
    [version, id, `${nonce}AAAA`, rest],
    [version, id, nonce, rest.slice(0, 20)],
    [version, id, nonce, ""],
    [version, id, nonce],
    [version, id],
    [version],
    [""],
    [version, id, nonce, rest, ""],
  ])
    refused(parts.join("."));
});

test("keyIdOf() names the key of what is sealed, and of nothing else", () => {
  assert.equal(keyIdOf(seal("x")), "d1");
  for (const other of [
    "",
    "v1",
    "v1.d1",
    "v1.d1.n",
    "v2.d1.n.r",
    "v1.d1.n.r.more",
    "plain text",
    "d1.n.r.v1",
  ])
    assert.equal(keyIdOf(other), null, other);
});
