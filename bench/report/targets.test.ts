import assert from "node:assert/strict";
import { test } from "node:test";
import type { Window } from "../measure/window.ts";
import type { WorkloadName } from "../workloads.ts";
import { judgeTargets } from "./targets.ts";

function window(
  system: string,
  workload: WorkloadName,
  inFlight: number,
  round: number,
  rate: number,
): Window {
  return {
    system,
    workload,
    inFlight,
    round,
    clean: true,
    lostFraction: 0,
    runCount: 100,
    failureCount: 0,
    firstFailure: null,
    figures: {
      runsPerSecond: rate,
      stepsPerSecond: rate,
      p50Ms: 1000 / rate,
      p99Ms: 1000 / rate,
      serverCpuMsPerRun: 1,
      appCpuMsPerRun: 1,
      flushesPerRun: 1,
      deviceKbPerRun: 1,
      serverKbPerRun: 1,
      serverPssMb: 1,
      appPssMb: 1,
    },
  };
}

test("judgeTargets() pairs the systems by round before it takes the median", () => {
  // Round 2 ran on a machine twice as fast: unpaired medians would say 3.
  const windows = [
    window("bare", "w1", 256, 1, 260),
    window("restate", "w1", 256, 1, 100),
    window("bare", "w1", 256, 2, 520),
    window("restate", "w1", 256, 2, 200),
  ];
  const [verdict] = judgeTargets(windows, [256], null);
  assert.equal(verdict?.verdict, "PASS");
  assert.equal(verdict?.ratio, 2.6);
  assert.equal(verdict?.pairCount, 2);
});

test("judgeTargets() says FALLS SHORT below a bound and above a ceiling", () => {
  const slow = judgeTargets(
    [window("bare", "w1", 256, 1, 249), window("restate", "w1", 256, 1, 100)],
    [256],
    null,
  );
  assert.equal(slow[0]?.verdict, "FALLS SHORT");
  const late = judgeTargets(
    [window("bare", "w2", 1, 1, 140), window("restate", "w2", 1, 1, 100)],
    [256],
    null,
  );
  assert.equal(late[0]?.verdict, "FALLS SHORT");
});

test("judgeTargets() judges nothing that was not measured on both sides", () => {
  assert.deepEqual(judgeTargets([window("bare", "w1", 256, 1, 260)], [1, 64, 256], null), []);
});

test("judgeTargets() prefers the rounds in which the machine was quiet for both", () => {
  const noisy = { ...window("restate", "w1", 256, 2, 1000), clean: false };
  const windows = [
    window("bare", "w1", 256, 1, 300),
    window("restate", "w1", 256, 1, 100),
    window("bare", "w1", 256, 2, 300),
    noisy,
  ];
  const [verdict] = judgeTargets(windows, [256], null);
  assert.equal(verdict?.ratio, 3);
  assert.equal(verdict?.pairCount, 1);
});

test("judgeTargets() holds memory to a fifth of growth", () => {
  const memory = (earlier: number, later: number): ReturnType<typeof judgeTargets> =>
    judgeTargets([], [], {
      earlier: { pssBytes: earlier, rssBytes: earlier },
      later: { pssBytes: later, rssBytes: later },
      earlierRunCount: 10_000,
      laterRunCount: 100_000,
    });
  assert.equal(memory(100, 119)[0]?.verdict, "PASS");
  assert.equal(memory(100, 121)[0]?.verdict, "FALLS SHORT");
});
