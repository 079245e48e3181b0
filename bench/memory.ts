/**
 * Server memory after few and after many finished runs: what a run leaves behind must not stay in memory.
 * Part of `npm run bench -- --memory`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Driver } from "./driver/driver.ts";
import { memoryOf, usageOf } from "./measure/process-usage.ts";
import type { Memory } from "./measure/process-usage.ts";
import { SYSTEMS } from "./systems/all-systems.ts";

const EARLIER_RUNS = 10_000;
const LATER_RUNS = 100_000;
const IN_FLIGHT = 64;
const LOAD_MS_MAX = 480_000;
/** A server that uses less than this of a second is done with its garbage. */
const QUIET_CPU_MS = 30;
const QUIET_SECONDS_MAX = 15;

export interface MemoryResult {
  readonly earlier: Memory;
  readonly later: Memory;
  readonly earlierRunCount: number;
  readonly laterRunCount: number;
}

export async function measureMemory(folder: string): Promise<MemoryResult> {
  const system = SYSTEMS.get("bare");
  if (system === undefined) throw new Error('No system "bare".');
  const data = join(folder, "memory");
  mkdirSync(data);
  const running = await system.start(data);
  const driver = await Driver.start();
  await driver.connect(running.target);
  const runUntil = async (runCount: number): Promise<number> => {
    const order = {
      workload: "w1",
      inFlight: IN_FLIGHT,
      warmUpMs: 0,
      windowMs: LOAD_MS_MAX,
      runCountMax: runCount,
    } as const;
    const result = await driver.load(
      order,
      () => {},
      () => {},
    );
    if (result.failureCount > 0)
      throw new Error(`${result.failureCount} runs failed: ${result.firstFailure}`);
    return result.runCount;
  };
  try {
    const earlierRunCount = await runUntil(EARLIER_RUNS);
    const earlier = await quietMemory(running.serverPids);
    const laterRunCount = earlierRunCount + (await runUntil(LATER_RUNS - EARLIER_RUNS));
    const later = await quietMemory(running.serverPids);
    return { earlier, later, earlierRunCount, laterRunCount };
  } finally {
    driver.stop();
    await running.stop();
  }
}

async function quietMemory(pids: readonly number[]): Promise<Memory> {
  for (let second = 0; second < QUIET_SECONDS_MAX; second += 1) {
    const before = usageOf(pids).cpuMs;
    await sleep(1000);
    if (usageOf(pids).cpuMs - before < QUIET_CPU_MS) break;
  }
  return memoryOf(pids);
}
