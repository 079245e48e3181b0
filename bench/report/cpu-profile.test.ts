import assert from "node:assert/strict";
import { test } from "node:test";
import { selfTimes, selfTimesByPart, timesOnBehalf } from "./cpu-profile.ts";

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

test("timesOnBehalf() charges what others do to the nearest function of this repository", () => {
  const url = new URL("../../packages/server/src/egress/egress.ts", import.meta.url).href;
  const frame = (functionName: string, place: string, lineNumber: number) => ({
    functionName,
    url: place,
    lineNumber,
  });
  const times = timesOnBehalf({
    nodes: [
      { id: 1, callFrame: frame("(root)", "", -1), children: [2, 4] },
      { id: 2, callFrame: frame("send", url, 4), children: [3] },
      { id: 3, callFrame: frame("writev", "", -1) },
      { id: 4, callFrame: frame("(garbage collector)", "", -1) },
    ],
    samples: [3, 2, 4],
    timeDeltas: [1000, 2000, 4000],
  });
  assert.deepEqual(times, [{ name: "send", place: "packages/server/src/egress/egress.ts:5", ms: 3 }]);
});
