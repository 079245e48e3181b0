import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromBase64url, toBase64url } from "./base64url.ts";

/** Calls where the platform has no Buffer, as browsers have none. */
function withoutBuffer<T>(act: () => T): T {
  const kept = globalThis.Buffer;
  Reflect.deleteProperty(globalThis, "Buffer");
  try {
    return act();
  } finally {
    globalThis.Buffer = kept;
  }
}

test("bytes come back from their text, with Buffer and without", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.from(bytes).toString("base64url");
      assert.equal(toBase64url(bytes), text);
      assert.equal(
        withoutBuffer(() => toBase64url(bytes)),
        text,
      );
      assert.deepEqual(fromBase64url(text), bytes);
      assert.deepEqual(
        withoutBuffer(() => fromBase64url(text)),
        bytes,
      );
    }),
  );
});

test("text that is not how a writer writes it has no bytes", () => {
  for (const text of ["A", "AAA=", "AB", "A+B/", "AAAA\n", "AAAAA", "é", " AAA"]) {
    assert.equal(fromBase64url(text), null, text);
    assert.equal(
      withoutBuffer(() => fromBase64url(text)),
      null,
      text,
    );
  }
});
