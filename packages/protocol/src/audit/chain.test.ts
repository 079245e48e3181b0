import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { nodeDigest } from "../testing/node-digest.ts";
import { CHAIN_START, chainHash, entryHash } from "./chain.ts";

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

test("entryHash() is the leaf hash of RFC 6962: over a zero byte, and the text", () => {
  for (const text of ["", "{}", '{"name":"Zoë"}'])
    assert.equal(entryHash(text, nodeDigest), sha256(Buffer.of(0), Buffer.from(text)));
});

test("A-141 chainHash() is over its mark, the hash before, the entry's own, and its place, and each of them counts", () => {
  const entry = entryHash("{}", nodeDigest);
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(258n);
  const known = sha256(Buffer.of(2), Buffer.from(CHAIN_START, "hex"), Buffer.from(entry, "hex"), place);
  assert.equal(chainHash(CHAIN_START, entry, 258, nodeDigest), known);
  const hashes = [
    known,
    chainHash(entry, entry, 258, nodeDigest),
    chainHash(CHAIN_START, CHAIN_START, 258, nodeDigest),
    chainHash(CHAIN_START, entry, 259, nodeDigest),
    chainHash(CHAIN_START, entry, 2, nodeDigest),
  ];
  assert.equal(new Set(hashes).size, hashes.length);
});
