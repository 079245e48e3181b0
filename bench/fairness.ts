/**
 * The noisy neighbour: how long a quiet function waits for its first call while 10,000 runs of another are pending,
 * beside how long it waits on an idle server. The official SDK in a process of its own, `holdfast start` with every default.
 *
 * node -C @holdfast/source bench/fairness.ts [--shapes limited,unlimited] [--rounds 3] [--samples 250]
 *   [--pending 10000] [--apart] [--json FILE]
 *
 * With `--apart` the quiet function has an app of its own, so that the event loop of the noisy one does not count.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ChildProcess } from "node:child_process";
import { NOISES } from "./fairness/noises.ts";
import type { Noise } from "./fairness/noises.ts";
import { QuietCalls } from "./fairness/quiet-calls.ts";
import { httpPool } from "./http-call.ts";
import { lostFractionOnceQuiet } from "./measure/noise.ts";
import { median, percentile } from "./report/statistics.ts";
import { figure } from "./report/table.ts";
import { BENCH_KEYS } from "./systems/bench-keys.ts";
import { startHoldfast } from "./systems/holdfast.ts";

const { values } = parseArgs({
  options: {
    shapes: { type: "string", default: "limited,unlimited" },
    rounds: { type: "string", default: "3" },
    samples: { type: "string", default: "250" },
    pending: { type: "string", default: "10000" },
    apart: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

/** Samples before any is counted: compilers and caches. */
const WARM_UP_SAMPLES = 200;
const IDLE_PAUSE_MS = 10;
/** Shorter, because the flood runs dry meanwhile. */
const FLOODED_PAUSE_MS = 2;
const PATIENCE_MS = 3000;
/** What the flood may cost the quiet function: its p99 over that on an idle server. */
const RATIO_MAX = 2;
const SAMPLES_MIN = 200;
const CONNECTIONS = 4;

interface Measured {
  readonly shape: string;
  readonly round: number;
  readonly lostFraction: number;
  readonly sampleCount: number;
  readonly idleP50Ms: number;
  readonly idleP99Ms: number;
  readonly floodedP50Ms: number;
  readonly floodedP99Ms: number;
  /** Runs of the noisy function that had not begun when the last sample was taken. */
  readonly pendingAtEnd: number;
  readonly noisyCallsPerSecond: number;
}

async function measure(noise: Noise, round: number, folder: string): Promise<Measured> {
  mkdirSync(folder);
  const lostFraction = await lostFractionOnceQuiet(PATIENCE_MS);
  const apps = values.apart ? [[noise.name], ["quiet"]] : [["quiet", noise.name]];
  const running = await startHoldfast(
    apps.map((functions) => ({ kind: "neighbours", functions })),
    folder,
  );
  const pool = httpPool(running.origin, CONNECTIONS);
  try {
    // One app or two, as `apps` above.
    const [noisyApp, quietApp] = [running.apps.at(0), running.apps.at(-1)].map((app) => app?.child) as [
      ChildProcess,
      ChildProcess,
    ];
    const quiet = new QuietCalls(pool, BENCH_KEYS.eventKey, quietApp);
    let begun = 0;
    noisyApp.on("message", (message: { kind?: string; count?: number }) => {
      if (message.kind === "noisy") begun = message.count ?? 0;
    });
    const sampleCount = Number(values.samples);
    await quiet.untilCalled();
    await quiet.samples(WARM_UP_SAMPLES, 0, () => true);
    const idle = await quiet.samples(sampleCount, IDLE_PAUSE_MS, () => true);

    const pendingMin = Number(values.pending);
    const sent = Math.ceil(pendingMin * noise.surplus);
    await quiet.flood(noise.name, sent);
    const [begunBefore, startedAt] = [begun, performance.now()];
    const flooded = await quiet.samples(sampleCount, FLOODED_PAUSE_MS, () => sent - begun >= pendingMin);
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      shape: noise.name,
      round,
      lostFraction,
      sampleCount: flooded.length,
      idleP50Ms: percentileOf(idle, 0.5),
      idleP99Ms: percentileOf(idle, 0.99),
      floodedP50Ms: percentileOf(flooded, 0.5),
      floodedP99Ms: percentileOf(flooded, 0.99),
      pendingAtEnd: sent - begun,
      noisyCallsPerSecond: (begun - begunBefore) / seconds,
    };
  } finally {
    await pool.destroy();
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function percentileOf(latencies: readonly number[], fraction: number): number {
  return percentile(
    latencies.toSorted((left, right) => left - right),
    fraction,
  );
}

function print(results: readonly Measured[]): boolean {
  let passes = results.length > 0;
  for (const { name, concurrency, callMs } of NOISES) {
    const rounds = results.filter(({ shape }) => shape === name);
    if (rounds.length === 0) continue;
    const ratioOf = (slow: "floodedP50Ms" | "floodedP99Ms", idle: "idleP50Ms" | "idleP99Ms"): number =>
      median(rounds.map((result) => result[slow] / result[idle]));
    const p99Ratio = ratioOf("floodedP99Ms", "idleP99Ms");
    const isSampled = rounds.every(({ sampleCount }) => sampleCount >= SAMPLES_MIN);
    const isWithin = p99Ratio <= RATIO_MAX && isSampled;
    passes &&= isWithin;
    const limit = concurrency === null ? "no limit" : `at most ${concurrency} at once`;
    process.stdout.write(
      `${name} (${limit}, calls of ${callMs} ms): p50 x ${times(ratioOf("floodedP50Ms", "idleP50Ms"))}, ` +
        `p99 x ${times(p99Ratio)}, at most ${RATIO_MAX} promised: ${isWithin ? "PASS" : "FALLS SHORT"}` +
        `${isSampled ? "" : `, with fewer than ${SAMPLES_MIN} samples in a round`}\n`,
    );
  }
  return passes;
}

function times(ratio: number): string {
  return ratio.toFixed(2);
}

const folder = mkdtempSync(join(tmpdir(), "holdfast-fairness-"));
try {
  const shapes = values.shapes.split(",");
  const noises = NOISES.filter(({ name }) => shapes.includes(name));
  const results: Measured[] = [];
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const noise of noises) {
      const result = await measure(noise, round, join(folder, `${noise.name}-${round}`));
      results.push(result);
      process.stdout.write(
        `  round ${round} ${noise.name}: idle p50 ${figure(result.idleP50Ms)} p99 ${figure(result.idleP99Ms)} ms; ` +
          `flooded p50 ${figure(result.floodedP50Ms)} p99 ${figure(result.floodedP99Ms)} ms; ` +
          `${result.sampleCount} samples, ${figure(result.noisyCallsPerSecond)} noisy calls/s, ` +
          `${result.pendingAtEnd} pending at the end, ${Math.round(result.lostFraction * 100)} % lost to others\n`,
      );
    }
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  process.exitCode = print(results) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
