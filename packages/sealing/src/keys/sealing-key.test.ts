import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { newSealingKey, parseSealingKey, SealingKey } from "./sealing-key.ts";
import { refusal } from "../testing/refusal.ts";

test("a key comes back from its text, with the same id", () => {
  const key = newSealingKey();
  const read = parseSealingKey(` ${key.text()}\n`);
  assert.deepEqual(read.reveal(), key.reveal());
  assert.equal(read.id, key.id);
  assert.notEqual(newSealingKey().id, key.id);
});

test("a key's id and text are what they were when this test was written", () => {
  const key = new SealingKey(new Uint8Array(32).fill(7));
  assert.equal(key.text(), "hfseal_db7babe7c8b2_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
});

test("a passphrase, and a key with a lost or changed character, are refused without being shown", () => {
  const text = new SealingKey(new Uint8Array(32).fill(7)).text();
  for (const bad of [
    "correct horse battery staple",
    "",
    text.slice(0, -1),
    `${text}A`,
    text.replace("hfseal", "hfkey"),
    text.replace("_B", "_C"),
    text.replace("db7b", "db7c"),
    `${text.slice(0, -1)}d`,
  ]) {
    assert.throws(
      () => parseSealingKey(bad),
      refusal("seal_key_invalid", { hidden: bad === "" ? [] : [bad, "BwcHBw"] }),
    );
  }
  assert.throws(() => new SealingKey(new Uint8Array(16)), { code: "seal_key_invalid" });
});

test("printing or serialising a key never shows it", () => {
  const key = new SealingKey(new Uint8Array(32).fill(7));
  for (const shown of [String(key), JSON.stringify({ key }), inspect(key, { showHidden: true })]) {
    assert.doesNotMatch(shown, /BwcHBw|7, 7/);
    assert.match(shown, /db7babe7c8b2/);
  }
});
