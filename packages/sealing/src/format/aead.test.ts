import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nativeChacha } from "../platform/native-chacha.ts";
import { openBytes, sealBytes } from "./aead.ts";

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

test("sealBytes() writes what the draft of XChaCha20-Poly1305 gives as its example (appendix A.3.1)", () => {
  const plain = new TextEncoder().encode(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const sealed = sealBytes(
    bytes("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
    bytes("404142434445464748494a4b4c4d4e4f5051525354555657"),
    bytes("50515253c0c1c2c3c4c5c6c7"),
    plain,
  );
  assert.equal(
    Buffer.from(sealed.subarray(24)).toString("hex"),
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e" +
      "c0875924c1c7987947deafd8780acf49",
  );
});

test("the platform's cipher and the portable one write the same bytes and open each other's", () => {
  assert.notEqual(nativeChacha, null);
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const nonce = fc.uint8Array({ minLength: 24, maxLength: 24 });
  const plain = fc.uint8Array({ minLength: 2048, maxLength: 4000 });
  fc.assert(
    fc.property(key, nonce, fc.uint8Array(), plain, (key, nonce, associated, plain) => {
      const native = sealBytes(key, nonce, associated, plain);
      assert.deepEqual(sealBytes(key, nonce, associated, plain, null), native);
      assert.deepEqual(new Uint8Array(openBytes(key, associated, native, null) ?? []), plain);
      assert.deepEqual(new Uint8Array(openBytes(key, associated, native) ?? []), plain);
    }),
    { numRuns: 20 },
  );
});

test("openBytes() opens nothing of which one bit, the key or the associated data was changed", () => {
  const key = new Uint8Array(32).fill(1);
  const associated = new Uint8Array([1, 2, 3]);
  for (const length of [10, 3000]) {
    const sealed = sealBytes(key, new Uint8Array(24).fill(2), associated, new Uint8Array(length).fill(3));
    assert.notEqual(openBytes(key, associated, sealed), null);
    for (const at of [0, 20, 24, 30, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(openBytes(key, associated, changed), null, `byte ${at}`);
    }
    assert.equal(openBytes(new Uint8Array(32).fill(9), associated, sealed), null);
    assert.equal(openBytes(key, new Uint8Array([1, 2]), sealed), null);
    assert.equal(openBytes(key, associated, sealed.subarray(0, -1)), null);
    assert.equal(openBytes(key, associated, sealed.subarray(0, 39)), null);
  }
});
