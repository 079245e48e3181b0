import assert from "node:assert/strict";
import { test } from "node:test";
import { selfTimes, selfTimesByPart } from "./cpu-profile.ts";

const profile = {
  nodes: [
    { id: 1, callFrame: { functionName: "decide", url: "file:///x/a.ts", lineNumber: 9 } },
    { id: 2, callFrame: { functionName: "decide", url: "file:///x/a.ts", lineNumber: 9 } },
    { id: 3, callFrame: { functionName: "writev", url: "", lineNumber: -1 } },
  ],
  samples: [1, 3, 2],
  timeDeltas: [1000, 5000, 3000],
};

test("selfTimes() adds up a function wherever it was called from, longest first", () => {
  assert.deepEqual(selfTimes(profile), [
    { name: "writev", place: "", ms: 5 },
    { name: "decide", place: "file:///x/a.ts:10", ms: 4 },
  ]);
});

test("selfTimesByPart() groups by room, by dependency and by what the runtime does itself", () => {
  const parts = selfTimesByPart([
    { name: "commit", place: "packages/server/src/store/sqlite/commit.ts:3", ms: 2 },
    { name: "decide", place: "packages/server/src/executor/decide.ts:3", ms: 4 },
    { name: "apply", place: "packages/server/src/executor/apply.ts:3", ms: 4 },
    { name: "dispatch", place: "node_modules/undici/lib/pool.js:3", ms: 3 },
    { name: "writev", place: "", ms: 1 },
  ]);
  assert.deepEqual(parts, [
    ["server: executor", 8],
    ["undici", 3],
    ["server: store", 2],
    ["runtime, native", 1],
  ]);
});
