import assert from "node:assert/strict";
import { test } from "node:test";
import { DESTINATIONS } from "../access/destinations.ts";
import { shortcutOf } from "./shortcuts.ts";

const pressed = (key: string, more: object = {}) => ({ key, hasCommand: false, isInField: false, ...more });

test("g and a letter go to a page that one may see", () => {
  assert.deepEqual(shortcutOf(pressed("g"), false, true, DESTINATIONS), { kind: "begin" });
  assert.deepEqual(shortcutOf(pressed("a"), true, true, DESTINATIONS), { kind: "go", to: "/audit" });
  assert.equal(shortcutOf(pressed("a"), true, true, []), null);
  assert.equal(shortcutOf(pressed("a"), false, true, DESTINATIONS), null);
});

test("no two pages share a letter", () => {
  assert.equal(new Set(DESTINATIONS.map(({ key }) => key)).size, DESTINATIONS.length);
});

test("letters mean nothing inside a field, and nothing when they are switched off; ⌘B always does", () => {
  for (const key of ["?", "g", "/"]) {
    assert.equal(shortcutOf(pressed(key, { isInField: true }), false, true, DESTINATIONS), null);
    assert.equal(shortcutOf(pressed(key), false, false, DESTINATIONS), null);
  }
  const command = pressed("b", { hasCommand: true, isInField: true });
  assert.deepEqual(shortcutOf(command, false, false, DESTINATIONS), { kind: "fold" });
});
