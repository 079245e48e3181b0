/**
 * Runs the workloads on our server and beside it, in interleaved rounds, and prints every figure beside its limit.
 * `npm run bench -- --help` lists the options; bench/README.md says what the figures mean.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { readArguments, USAGE } from "./arguments.ts";
import type { BenchOptions } from "./arguments.ts";
import { Driver } from "./driver/driver.ts";
import { measureCommits, measureHttp } from "./limits/limit-windows.ts";
import type { LimitWindow } from "./limits/limit-windows.ts";
import { deviceCounters } from "./measure/device-counters.ts";
import type { DeviceCounters } from "./measure/device-counters.ts";
import { measureWindow } from "./measure/window.ts";
import type { Window } from "./measure/window.ts";
import { measureMemory } from "./memory.ts";
import type { MemoryResult } from "./memory.ts";
import { cellOf, summarise } from "./report/summary.ts";
import type { Row } from "./report/summary.ts";
import { figure, formatLimits, formatTable } from "./report/table.ts";
import { judgeTargets } from "./report/targets.ts";
import { limitOf, SYSTEMS } from "./systems/all-systems.ts";
import type { System } from "./systems/system.ts";
import { WORKLOADS } from "./workloads.ts";

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** One system's turn in a round: every workload at every level, on an empty folder. */
async function measureSystem(
  name: string,
  system: System,
  round: number,
  options: BenchOptions,
  folder: string,
  device: () => DeviceCounters,
): Promise<Window[]> {
  const data = join(folder, `${name}-${round}`);
  mkdirSync(data);
  const running = await system.start(data);
  const driver = await Driver.start();
  const windows: Window[] = [];
  try {
    await driver.connect(running.target);
    const workloads = options.workloads.filter((workload) => system.workloads.includes(workload));
    for (const workload of workloads) {
      // Compilers and caches first: at one in flight a process would still be cold when the window opens.
      const warmUp = { workload, inFlight: 64, warmUpMs: 0, windowMs: options.warmUpMs };
      await driver.load(
        warmUp,
        () => {},
        () => {},
      );
      for (const inFlight of options.inFlight) {
        const { patienceMs, warmUpMs, windowMs } = options;
        const { stepCount } = WORKLOADS[workload];
        const order = { system: name, workload, stepCount, inFlight, round, patienceMs, warmUpMs, windowMs };
        const window = await measureWindow(order, driver, running, device);
        windows.push(window);
        const noise = window.clean ? "" : `, noisy (${Math.round(window.lostFraction * 100)} % lost)`;
        const { runsPerSecond, p50Ms } = window.figures;
        note(
          `  round ${round} ${name} ${workload}@${inFlight}: ${figure(runsPerSecond)} runs/s, p50 ${figure(p50Ms)} ms${noise}`,
        );
        if (window.firstFailure !== null) note(`    ${window.failureCount} failed: ${window.firstFailure}`);
      }
    }
  } finally {
    driver.stop();
    await running.stop();
    rmSync(data, { recursive: true, force: true });
  }
  return windows;
}

interface Measured {
  readonly windows: readonly Window[];
  readonly limits: readonly LimitWindow[];
  readonly memory: MemoryResult | null;
  readonly failures: readonly string[];
}

async function measureAll(options: BenchOptions, folder: string): Promise<Measured> {
  const device = deviceCounters(folder);
  if (Number.isNaN(device().flushCount))
    note("What the block device does is not available here: those figures are missing.");
  const windows: Window[] = [];
  const limits: LimitWindow[] = [];
  const failures = new Map<string, string>();
  for (let round = 1; round <= options.roundCount; round += 1) {
    const limitOptions = {
      folder,
      round,
      inFlight: options.inFlight,
      warmUpMs: options.warmUpMs,
      windowMs: options.windowMs,
    };
    limits.push(...(await measureHttp(limitOptions)), ...(await measureCommits(limitOptions)));
    // Each round begins with another system, so that none is always the first on a rested machine.
    const turn = (round - 1) % options.systems.length;
    for (const name of [...options.systems.slice(turn), ...options.systems.slice(0, turn)]) {
      const system = SYSTEMS.get(name);
      if (system === undefined || failures.has(name)) continue;
      try {
        windows.push(...(await measureSystem(name, system, round, options, folder, device)));
      } catch (error) {
        // The others can still be measured; the failure is repeated at the end and in the exit code.
        failures.set(name, String(error));
        note(`  ${name} is left out from here on: ${String(error)}`);
      }
    }
  }
  let memory: MemoryResult | null = null;
  if (options.memory) {
    try {
      memory = await measureMemory(folder);
    } catch (error) {
      failures.set("memory", String(error));
    }
  }
  return { windows, limits, memory, failures: [...failures].map(([name, reason]) => `${name}: ${reason}`) };
}

function rowsOf(options: BenchOptions, windows: readonly Window[]): Row[][] {
  return options.workloads.flatMap((workload) =>
    options.inFlight.map((inFlight) =>
      options.systems.flatMap((name) => {
        const system = SYSTEMS.get(name);
        const limits = system === undefined ? [] : cellOf(windows, limitOf(system), workload, inFlight);
        return summarise(cellOf(windows, name, workload, inFlight), limits) ?? [];
      }),
    ),
  );
}

function print(options: BenchOptions, measured: Measured): ReturnType<typeof judgeTargets> {
  const names = new Map(options.systems.map((name) => [name, SYSTEMS.get(name)?.name ?? name]));
  const cells = rowsOf(options, measured.windows);
  const out = (text: string): boolean => process.stdout.write(`${text}\n`);
  out("");
  out(
    formatLimits(
      measured.limits,
      cells.flat().filter((row) => row.system === "loop"),
    ),
  );
  for (const rows of cells) if (rows.length > 0) out(formatTable(rows, names));
  out(
    "In parentheses: the figure divided by the minimal loop's with the same durability, paired by round, median.",
  );
  if (measured.memory !== null) {
    const { earlier, later, earlierRunCount, laterRunCount } = measured.memory;
    const mb = (bytes: number): string => figure(bytes / 2 ** 20);
    out(
      `Server memory: ${mb(earlier.pssBytes)} MB after ${earlierRunCount} runs, ${mb(later.pssBytes)} MB after ${laterRunCount}.`,
    );
  }
  const verdicts = judgeTargets(measured.windows, options.inFlight, measured.memory);
  if (verdicts.length > 0) out("\nTargets");
  for (const { says, verdict, ratio, lowest, highest, pairCount } of verdicts)
    out(
      `  ${verdict.padEnd(11)}  ${says}: ${figure(ratio)} [${figure(lowest)}–${figure(highest)}], ${pairCount} rounds`,
    );
  for (const failure of measured.failures) out(`\nNot measured: ${failure}`);
  return verdicts;
}

async function main(): Promise<void> {
  let options: BenchOptions | null;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
  if (options === null) {
    process.stdout.write(USAGE);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  // PostgreSQL may run as another user, who must get through to its own folder.
  chmodSync(folder, 0o711);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const measured = await measureAll(options, folder);
  const targets = print(options, measured);
  if (options.json !== null) {
    const machine = {
      node: process.version,
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
    };
    writeFileSync(options.json, `${JSON.stringify({ machine, options, targets, ...measured }, null, 2)}\n`);
  }
  process.exit(measured.failures.length > 0 ? 1 : 0);
}

await main();
