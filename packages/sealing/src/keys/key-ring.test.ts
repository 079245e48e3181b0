import assert from "node:assert/strict";
import { test } from "node:test";
import { testKey } from "../testing/stage-of.ts";
import { environmentKeys } from "./environment-keys.ts";
import { parseKeyRing, staticKeys } from "./key-ring.ts";

const [first, second, third] = [testKey(1), testKey(2), testKey(3)];

test("the first key of a list is active, the others open, revoked ones are refused", async () => {
  const text = `# rotated in May\n${first.text()}, ${second.text()}\nrevoked:${third.id}\n`;
  const keys = staticKeys(text);
  assert.equal((await keys.current()).id, first.id);
  assert.equal((await keys.find(first.id))?.id, first.id);
  assert.equal((await keys.find(second.id))?.id, second.id);
  assert.equal(await keys.find("000000000000"), null);
  assert.throws(() => keys.find(third.id), { code: "seal_key_revoked", noRetry: true });
});

test("a list that begins with none only opens", async () => {
  const keys = staticKeys(`none ${first.text()}`);
  assert.equal((await keys.find(first.id))?.id, first.id);
  assert.throws(() => keys.current(), { code: "seal_key_unavailable" });
});

test("a list without a key, with a doubled one or with something else in it is refused", () => {
  for (const text of [
    "",
    "# nothing",
    `revoked:${first.id}`,
    `${first.text()} hunter2`,
    `${first.text()} revoked:hunter2`,
    `${first.text()} revoked:`,
    `${first.text()} none`,
    `${first.text()} ${first.text()}`,
    `${first.text()} revoked:${first.id}`,
  ]) {
    assert.throws(() => staticKeys(text), { code: "seal_key_invalid" }, text);
  }
  assert.deepEqual(parseKeyRing(first.text()).revoked, []);
});

test("keys come from the environment, and their absence is an error that names the variable", async () => {
  const variables = { HOLDFAST_SEALING_KEYS: first.text(), OTHER: second.text() };
  assert.equal((await environmentKeys({ variables }).current()).id, first.id);
  assert.equal((await environmentKeys({ variables, variable: "OTHER" }).current()).id, second.id);
  for (const value of [undefined, "", " "]) {
    assert.throws(() => environmentKeys({ variables: { HOLDFAST_SEALING_KEYS: value } }), {
      code: "seal_key_invalid",
      message: /HOLDFAST_SEALING_KEYS is not set/,
    });
  }
});
