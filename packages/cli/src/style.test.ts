import assert from "node:assert/strict";
import { test } from "node:test";
import { createStyle, wantsAscii, wantsColor } from "./style.ts";

test("wantsColor() follows NO_COLOR, FORCE_COLOR, --no-color, TERM and the terminal, in that order", () => {
  assert.equal(wantsColor({}, true, false), true);
  assert.equal(wantsColor({}, false, false), false);
  assert.equal(wantsColor({ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false), false);
  assert.equal(wantsColor({ FORCE_COLOR: "1" }, false, true), false);
  assert.equal(wantsColor({ FORCE_COLOR: "1" }, false, false), true);
  assert.equal(wantsColor({ FORCE_COLOR: "0" }, true, false), false);
  assert.equal(wantsColor({ TERM: "dumb" }, true, false), false);
  assert.equal(wantsColor({ NO_COLOR: "" }, true, false), true);
});

test("wantsAscii() is for dumb terminals and locales of other encodings", () => {
  assert.equal(wantsAscii({}), false);
  assert.equal(wantsAscii({ LANG: "de_DE.UTF-8" }), false);
  assert.equal(wantsAscii({ LANG: "C.utf8" }), false);
  assert.equal(wantsAscii({ LANG: "C" }), true);
  assert.equal(wantsAscii({ LANG: "en_US.UTF-8", LC_ALL: "POSIX" }), true);
  assert.equal(wantsAscii({ TERM: "dumb", LANG: "C.UTF-8" }), true);
});

test("createStyle() paints only in colour, and has only ASCII marks in ASCII", () => {
  assert.equal(createStyle({ color: false, ascii: false }).red("x"), "x");
  assert.equal(createStyle({ color: true, ascii: false }).red("x"), "\u001b[31mx\u001b[39m");
  const marks = Object.values(createStyle({ color: false, ascii: true })).filter(
    (mark) => typeof mark === "string",
  );
  assert.ok(marks.length > 0);
  for (const mark of marks) assert.match(mark, /^[\x20-\x7e]+$/);
});
