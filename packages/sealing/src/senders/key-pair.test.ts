import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { newKeyPair, parseKeyPair, parsePublicKey } from "./key-pair.ts";
import { openWithPair, sealForPair } from "./public-box.ts";
import { refusal } from "../testing/refusal.ts";

const associated = new Uint8Array([1]);

test("a pair comes back from its text and opens what its public half sealed", async () => {
  const pair = await newKeyPair();
  const sealed = await sealForPair(parsePublicKey(pair.publicText()), associated, new Uint8Array([1, 2, 3]));
  const read = parseKeyPair(pair.text());
  assert.equal(read.id, pair.id);
  assert.deepEqual(await openWithPair(read, associated, sealed), new Uint8Array([1, 2, 3]));
  assert.equal(await openWithPair(read, new Uint8Array([2]), sealed), null);
  assert.equal(await openWithPair(await newKeyPair(), associated, sealed), null);
  assert.equal(await openWithPair(read, associated, sealed.subarray(0, -1)), null);
});

test("text that is no key, or a changed one, is refused without being shown", async () => {
  const pair = await newKeyPair();
  for (const read of [parseKeyPair, parsePublicKey]) {
    const good = read === parseKeyPair ? pair.text() : pair.publicText();
    const changed = good.replace(pair.id, "000000000000");
    for (const bad of ["hunter2", "", good.slice(0, -1), `${good}A`, changed]) {
      assert.throws(() => read(bad), refusal("seal_key_invalid", { hidden: bad === "" ? [] : [bad] }));
    }
  }
});

test("printing or serialising a pair never shows its secret half", async () => {
  const pair = await newKeyPair();
  const secret = Buffer.from(pair.reveal());
  for (const shown of [
    String(pair),
    JSON.stringify({ pair }),
    inspect(pair, { showHidden: true, depth: 9 }),
  ]) {
    assert.ok(
      !shown.includes(secret.toString("base64url")) && !shown.includes([...secret.subarray(0, 5)].join(", ")),
    );
  }
});
