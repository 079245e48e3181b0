/**
 * Where the server's CPU time goes: loads one cell with the profiler on and prints self time by part and by function.
 *
 * node -C @holdfast/source bench/profile.ts [--system bare] [--workload w2] [--in-flight 256] [--seconds 8] [--keep FILE]
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Driver } from "./driver/driver.ts";
import { threadTimes, usageOf } from "./measure/process-usage.ts";
import { selfTimes, selfTimesByPart, timesOnBehalf } from "./report/cpu-profile.ts";
import type { CpuProfile } from "./report/cpu-profile.ts";
import { figure } from "./report/table.ts";
import { profiled } from "./systems/all-systems.ts";
import { isWorkloadName } from "./workloads.ts";

const { values } = parseArgs({
  options: {
    system: { type: "string", default: "bare" },
    workload: { type: "string", default: "w2" },
    "in-flight": { type: "string", default: "256" },
    seconds: { type: "string", default: "8" },
    top: { type: "string", default: "35" },
    keep: { type: "string" },
  },
});

async function load(profiles: string, data: string): Promise<void> {
  const { workload } = values;
  if (!isWorkloadName(workload)) throw new Error(`Unknown workload "${workload}".`);
  const running = await profiled(values.system, profiles).start(data);
  const driver = await Driver.start();
  try {
    await driver.connect(running.target);
    const windowMs = Number(values.seconds) * 1000;
    const order = { workload, inFlight: Number(values["in-flight"]), warmUpMs: 2000, windowMs };
    const pid = running.serverPids[0] ?? 0;
    let cpuBefore = 0;
    let cpuAfter = 0;
    let threadsBefore = threadTimes(pid);
    let threadsAfter = threadsBefore;
    const result = await driver.load(
      order,
      () => {
        cpuBefore = usageOf(running.serverPids).cpuMs;
        threadsBefore = threadTimes(pid);
      },
      () => {
        cpuAfter = usageOf(running.serverPids).cpuMs;
        threadsAfter = threadTimes(pid);
      },
    );
    const rate = (result.runCount * 1000) / result.windowMs;
    const line = `${figure(rate)} runs/s, p50 ${figure(result.p50Ms)} ms, server CPU ${figure((cpuAfter - cpuBefore) / result.runCount)} ms/run`;
    process.stdout.write(`${values.system} ${workload}@${values["in-flight"]} under the profiler: ${line}\n`);
    for (const [id, { name, cpuMs }] of threadsAfter) {
      const share = (cpuMs - (threadsBefore.get(id)?.cpuMs ?? 0)) / result.windowMs;
      if (share >= 0.005)
        process.stdout.write(`  ${(share * 100).toFixed(1).padStart(5)} % of a core: thread ${name}\n`);
    }
    if (result.firstFailure !== null)
      process.stdout.write(`${result.failureCount} failed: ${result.firstFailure}\n`);
  } finally {
    driver.stop();
    await running.stop();
  }
}

function printProfile(path: string): void {
  // Written by V8.
  const profile = JSON.parse(readFileSync(path, "utf8")) as CpuProfile;
  const times = selfTimes(profile).filter(({ name }) => name !== "(idle)");
  const total = times.reduce((sum, { ms }) => sum + ms, 0);
  const percent = (ms: number): string => `${((ms * 100) / total).toFixed(1).padStart(5)} %`;
  process.stdout.write(`\n${path.split("/").at(-1)}: ${Math.round(total)} ms busy\n`);
  for (const [part, ms] of selfTimesByPart(times).slice(0, 25))
    process.stdout.write(`  ${percent(ms)}  ${part}\n`);
  const top = Number(values.top);
  process.stdout.write("  with what it has others do, by function of ours:\n");
  for (const { name, place, ms } of timesOnBehalf(profile).slice(0, top))
    process.stdout.write(`  ${percent(ms)}  ${name}  ${place}\n`);
  process.stdout.write("  by itself, by function:\n");
  for (const { name, place, ms } of times.slice(0, top))
    process.stdout.write(`  ${percent(ms)}  ${name}  ${place}\n`);
}

const folder = mkdtempSync(join(tmpdir(), "holdfast-profile-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const [profiles, data] = [join(folder, "profiles"), join(folder, "data")];
mkdirSync(profiles);
mkdirSync(data);
await load(profiles, data);
for (const name of readdirSync(profiles)) printProfile(join(profiles, name));
if (values.keep !== undefined)
  for (const [index, name] of readdirSync(profiles).entries())
    copyFileSync(join(profiles, name), index === 0 ? values.keep : `${values.keep}.${index}`);
process.exit(0);
