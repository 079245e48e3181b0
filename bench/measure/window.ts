import type { Driver } from "../driver/driver.ts";
import type { RunningSystem } from "../systems/system.ts";
import type { WorkloadName } from "../workloads.ts";
import type { DeviceCounters } from "./device-counters.ts";
import { lostFraction, lostFractionOnceQuiet, NOISE_MAX } from "./noise.ts";
import { memoryOf, usageOf } from "./process-usage.ts";
import type { Usage } from "./process-usage.ts";

/** What one window on one system showed. Per-run figures are NaN when no run ended in it. */
export interface Window {
  readonly system: string;
  readonly workload: WorkloadName;
  readonly inFlight: number;
  readonly round: number;
  /** Whether the machine was quiet before and after. */
  readonly clean: boolean;
  readonly lostFraction: number;
  readonly runCount: number;
  readonly failureCount: number;
  readonly firstFailure: string | null;
  readonly figures: Figures;
}

/** The measured figures, all numbers, so that ratios and medians treat them alike. */
export interface Figures {
  readonly runsPerSecond: number;
  readonly stepsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverCpuMsPerRun: number;
  readonly appCpuMsPerRun: number;
  readonly flushesPerRun: number;
  /** Written to the block device, by anybody: file system journal included, and other users of the machine too. */
  readonly deviceKbPerRun: number;
  /** Written by the server's processes, as the kernel charges it to them. */
  readonly serverKbPerRun: number;
  readonly serverPssMb: number;
  readonly appPssMb: number;
}

export interface WindowOrder {
  readonly system: string;
  readonly workload: WorkloadName;
  readonly stepCount: number;
  readonly inFlight: number;
  readonly round: number;
  /** How long to wait for others on the machine to come to rest. */
  readonly patienceMs: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
}

interface Snapshot {
  readonly server: Usage;
  readonly app: Usage;
  readonly device: DeviceCounters;
}

/** Loads the system once and measures both what the client saw and what the processes used meanwhile. */
export async function measureWindow(
  order: WindowOrder,
  driver: Driver,
  running: RunningSystem,
  device: () => DeviceCounters,
): Promise<Window> {
  const snapshot = (): Snapshot => ({
    server: usageOf(running.serverPids),
    app: usageOf(running.appPids),
    device: device(),
  });
  const lostBefore = await lostFractionOnceQuiet(order.patienceMs);
  let before = snapshot();
  let after = before;
  let memory = { server: 0, app: 0 };
  const result = await driver.load(
    order,
    () => {
      before = snapshot();
    },
    () => {
      after = snapshot();
      memory = { server: memoryOf(running.serverPids).pssBytes, app: memoryOf(running.appPids).pssBytes };
    },
  );
  const lost = Math.max(lostBefore, lostFraction());
  const runs = result.runCount === 0 ? Number.NaN : result.runCount;
  const runsPerSecond = (result.runCount * 1000) / result.windowMs;
  return {
    system: order.system,
    workload: order.workload,
    inFlight: order.inFlight,
    round: order.round,
    clean: lost <= NOISE_MAX,
    lostFraction: lost,
    runCount: result.runCount,
    failureCount: result.failureCount,
    firstFailure: result.firstFailure,
    figures: {
      runsPerSecond,
      stepsPerSecond: runsPerSecond * order.stepCount,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      serverCpuMsPerRun: (after.server.cpuMs - before.server.cpuMs) / runs,
      appCpuMsPerRun: (after.app.cpuMs - before.app.cpuMs) / runs,
      flushesPerRun: (after.device.flushCount - before.device.flushCount) / runs,
      deviceKbPerRun: (after.device.writtenBytes - before.device.writtenBytes) / 1024 / runs,
      serverKbPerRun: (after.server.writtenBytes - before.server.writtenBytes) / 1024 / runs,
      serverPssMb: memory.server / 2 ** 20,
      appPssMb: memory.app / 2 ** 20,
    },
  };
}
