import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Digest } from "./digest.ts";
import { findWorkProof, isWorkDone } from "./work-proof.ts";

const hashed = (hex: string): Digest => ({
  sha256Hex: () => hex,
  hmacSha256Hex: () => "",
  equal: () => false,
});
const real: Digest = {
  ...hashed(""),
  sha256Hex: (data) => createHash("sha256").update(data).digest("hex"),
};

test("isWorkDone() counts zero bits from the front, within a digit too", () => {
  for (const [hex, bits] of [
    ["ff", 0],
    ["7f", 1],
    ["3f", 2],
    ["1f", 3],
    ["0f", 4],
    ["07", 5],
    ["03", 6],
    ["01", 7],
    ["00ff", 8],
  ] as const) {
    assert.ok(isWorkDone("x", bits, hashed(hex)), `${hex} has ${bits}`);
    assert.ok(!isWorkDone("x", bits + 1, hashed(hex)), `${hex} has no more`);
  }
});

test("findWorkProof() finds the first number that does, or says that it is none of those", () => {
  const challenge = { text: "riddle", bits: 10 };
  const proof = findWorkProof(challenge, real, 0, 1_000_000);
  assert.ok(proof !== null && /^riddle\.\d+$/.test(proof));
  assert.ok(isWorkDone(proof, 10, real));
  const number = Number(proof.split(".")[1]);
  assert.equal(findWorkProof(challenge, real, 0, number), null);
  assert.equal(findWorkProof(challenge, real, number, 1), proof);
});
