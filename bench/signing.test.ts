import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerOf, isSigned, keyText, signBody } from "./signing.ts";

const KEY = "signkey-bench-0123456789abcdef";
const NOW = 1_764_000_000_000;

test("isSigned() accepts what signBody() made, and only for the same body, key and time", () => {
  const key = keyText(KEY);
  const header = signBody(key, "{}", NOW);
  assert.equal(isSigned(key, "{}", header, NOW), true);
  assert.equal(isSigned(key, Buffer.from("{}"), header, NOW + 299_000), true);
  assert.equal(isSigned(key, "{ }", header, NOW), false);
  assert.equal(isSigned(`${key}0`, "{}", header, NOW), false);
  assert.equal(isSigned(key, "{}", header, NOW + 301_000), false);
  assert.equal(isSigned(key, "{}", "s=1", NOW), false);
});

test("bearerOf() hashes the decoded key and keeps its prefix", () => {
  // Computed with: printf '0123456789abcdef' | xxd -r -p | sha256sum
  assert.equal(
    bearerOf(KEY),
    "signkey-bench-55c53f5d490297900cefa825d0c8e8e9532ee8a118abe7d8570762cd38be9818",
  );
});
