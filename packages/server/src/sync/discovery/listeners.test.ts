import assert from "node:assert/strict";
import { test } from "node:test";
import { compareListeners } from "./listeners.ts";

const listeners = (ports: Readonly<Record<number, readonly string[]>>) =>
  new Map(Object.entries(ports).map(([port, ids]) => [Number(port), { ids: new Set(ids), uid: null }]));

test("compareListeners() calls everything opened at the first look", () => {
  assert.deepEqual(compareListeners(null, listeners({ 1: ["a"], 2: ["b"] })), { opened: [1, 2], closed: [] });
});

test("compareListeners() sees what opened, what closed and what changed hands, and nothing else", () => {
  const former = listeners({ 1: ["a"], 2: ["b"], 3: ["c"], 4: ["d", "e"] });
  const current = listeners({ 1: ["a"], 3: ["x"], 4: ["e", "f"], 5: ["g"] });
  assert.deepEqual(compareListeners(former, current), { opened: [3, 5], closed: [2] });
  assert.deepEqual(compareListeners(current, current), { opened: [], closed: [] });
});
