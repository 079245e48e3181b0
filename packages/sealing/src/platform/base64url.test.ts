import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { fromBase64url, toBase64url } from "./base64url.ts";

const PLATFORMS = [
  ["with Buffer, as in Node", withBuffer],
  ["with neither Buffer nor base64 of its own, as in older browsers", bare],
  ["with base64 of its own, as in newer browsers", withNative],
] as const;

for (const [name, on] of PLATFORMS) {
  describe(name, () => {
    test("bytes come back from their text", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
          const text = Buffer.from(bytes).toString("base64url");
          assert.equal(
            on(() => toBase64url(bytes)),
            text,
          );
          assert.deepEqual(
            on(() => fromBase64url(text)),
            bytes,
          );
        }),
      );
    });

    test("many bytes come back, too", () => {
      const bytes = Uint8Array.from({ length: 300_001 }, (_, index) => (index * 31) % 256);
      const text = on(() => toBase64url(bytes.subarray(1)));
      assert.equal(text, Buffer.from(bytes.subarray(1)).toString("base64url"));
      assert.deepEqual(
        on(() => fromBase64url(text)),
        bytes.subarray(1),
      );
    });

    test("text that is not how a writer writes it has no bytes", () => {
      for (const text of [
        "A",
        "AAA=",
        "AB",
        "A+B/",
        "AAAA\n",
        "AAAAA",
        "é",
        " AAA",
        "AA==",
        "AA AA",
        "A\u0000AA",
      ])
        assert.equal(
          on(() => fromBase64url(text)),
          null,
          JSON.stringify(text),
        );
    });
  });
}

function withBuffer<T>(act: () => T): T {
  return withMembers(undefined, undefined, act);
}

function bare<T>(act: () => T): T {
  const kept = globalThis.Buffer;
  Reflect.deleteProperty(globalThis, "Buffer");
  try {
    return withMembers(undefined, undefined, act);
  } finally {
    globalThis.Buffer = kept;
  }
}

/** As the standard has it (ECMAScript 2026): blanks and padding are read, other letters thrown at. */
function withNative<T>(act: () => T): T {
  return withMembers(
    function toBase64(this: Uint8Array): string {
      return Buffer.from(this).toString("base64url");
    },
    (text: string) => {
      const letters = text.replaceAll(/[\t\n\f\r ]/g, "");
      const match = /^([\w-]*)(={0,2})$/.exec(letters);
      if (match === null || (match[1] ?? "").length % 4 === 1) throw new SyntaxError("No base64.");
      return new Uint8Array(Buffer.from(match[1] ?? "", "base64url"));
    },
    act,
  );
}

/** Calls where arrays of bytes have these members, or have none where they are undefined. */
function withMembers<T>(toBase64: unknown, fromBase64: unknown, act: () => T): T {
  const kept = [
    [Uint8Array.prototype, "toBase64", Object.getOwnPropertyDescriptor(Uint8Array.prototype, "toBase64")],
    [Uint8Array, "fromBase64", Object.getOwnPropertyDescriptor(Uint8Array, "fromBase64")],
  ] as const;
  for (const [index, [holder, name]] of kept.entries()) {
    const value = index === 0 ? toBase64 : fromBase64;
    Object.defineProperty(holder, name, { value, configurable: true, writable: true });
  }
  try {
    return act();
  } finally {
    for (const [holder, name, descriptor] of kept) {
      Reflect.deleteProperty(holder, name);
      if (descriptor !== undefined) Object.defineProperty(holder, name, descriptor);
    }
  }
}
