import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { findLeak } from "./find-leak.ts";

const CANARY = 'canary "ü" 7f3k';
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("findLeak()", () => {
  it("finds a text as it is, in any case of its letters", () => {
    assert.equal(findLeak(`x${CANARY}y`, CANARY), "plain");
    assert.equal(findLeak("X-CANARY-7F3K", "canary-7f3k"), "plain");
  });

  it("finds it with JSON escapes, however its letters are escaped and however deep", () => {
    const once = JSON.stringify({ data: CANARY });
    assert.equal(findLeak(once, CANARY), "JSON-escaped");
    assert.equal(findLeak(JSON.stringify({ body: once }), CANARY), "nested");
    const codes = Array.from(CANARY)
      .map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join("");
    assert.equal(findLeak(`{"data":"${codes}"}`, CANARY), "JSON-escaped");
  });

  it("finds it as base64 and base64url at each alignment, whatever stands beside it", () => {
    for (const before of ["", "a", "ab", "abc", "abcd"]) {
      for (const after of ["", "z", "zy", "zyx"]) {
        const text = base64(before + CANARY + after);
        assert.ok(findLeak(`"${text}"`, CANARY), `${before}|${after}`);
        const url = Buffer.from(before + CANARY + after).toString("base64url");
        assert.ok(findLeak(`k=${url}`, CANARY), `${before}|${after}`);
        // Glued to letters that shift how it could be decoded.
        assert.ok(findLeak(`Q${text}`, CANARY), `glued ${before}|${after}`);
      }
    }
  });

  it("finds it as hex and percent-encoded", () => {
    assert.equal(findLeak(Buffer.from(`a${CANARY}`).toString("hex").toUpperCase(), CANARY), "hex");
    assert.equal(findLeak(`/e?x=${encodeURIComponent(CANARY)}`, CANARY), "percent-encoded");
    assert.equal(findLeak(new URLSearchParams({ x: CANARY }).toString(), CANARY), "percent-encoded");
  });

  it("finds it in one form inside another", () => {
    assert.ok(findLeak(base64(base64(`deep ${CANARY}`)), CANARY));
    assert.ok(findLeak(base64(JSON.stringify([encodeURIComponent(CANARY)])), CANARY));
  });

  it("finds nothing where there is nothing", () => {
    for (const text of [
      "",
      CANARY.slice(0, -1),
      base64("something else that is quite long enough to be looked at"),
      gzipSync(CANARY).toString("latin1"),
      JSON.stringify({ data: CANARY.slice(1) }),
    ])
      assert.equal(findLeak(text, CANARY), null, text);
  });
});
