import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hasHash, packHashes } from "../packages/server/src/identity/passwords/hashed-words.ts";
import { createPasswordRule } from "../packages/server/src/identity/passwords/password-rule.ts";
import { COMMON_COUNT, COMMON_FILE, commonPasswords } from "./common-passwords/common-passwords.ts";

test("the file of common passwords is what the list makes of it", () => {
  assert.deepEqual(readFileSync(COMMON_FILE), packHashes(commonPasswords(COMMON_COUNT)));
});

test("each of the ten thousand most common passwords that are long enough is refused, however it is written", async () => {
  const rule = createPasswordRule({ surroundings: () => [], breached: null });
  const listed = commonPasswords(COMMON_COUNT);
  assert.equal(listed.length, COMMON_COUNT);
  for (const password of listed.flatMap((each) => [each, each.toUpperCase()]))
    await assert.rejects(rule.check(password, []), { code: "policy_violation" }, password);
});

test("a row of hashes has its words and, of a hundred thousand others, none", () => {
  const row = packHashes(commonPasswords(COMMON_COUNT));
  assert.equal(row.length, 5 * COMMON_COUNT);
  for (let index = 0; index < 100_000; index += 1) assert.ok(!hasHash(row, `no common password ${index}`));
  assert.ok(!hasHash(Buffer.alloc(0), "anything"));
});
