import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeDigest, systemRandom } from "#kernel";
import { makeRecoveryCodes, recoveryHash } from "./recovery-codes.ts";

test("codes are of letters and digits that are read for no others, and none comes twice", () => {
  const codes = makeRecoveryCodes(systemRandom, 500);
  for (const code of codes) assert.match(code, /^[2-9a-hj-km-np-z]{4}(?:-[2-9a-hj-km-np-z]{4}){5}$/);
  assert.equal(new Set(codes).size, 500);
});

test("a code has more than 112 bits, so that a plain hash of it cannot be guessed back", () => {
  const [code = ""] = makeRecoveryCodes(systemRandom, 1);
  assert.ok(code.replaceAll("-", "").length * Math.log2(31) > 112);
});

test("what is kept of a code is the same however it is typed", () => {
  const hash = recoveryHash("abcd-2345-efgh-6789", nodeDigest);
  for (const same of ["ABCD 2345 EFGH 6789", "abcd2345efgh6789", " abcd-2345-efgh-6789\n"])
    assert.equal(recoveryHash(same, nodeDigest), hash);
  assert.notEqual(recoveryHash("abcd-2345-efgh-678", nodeDigest), hash);
});
