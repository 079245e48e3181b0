/**
 * Twice the load that the server can sustain, for as long as is asked: what is bounded, what is finished, what is told.
 *
 * node -C @holdfast/source bench/soak.ts --minutes 10 [--workload w2] [--factor 2] [--backlog 20000] [--json FILE]
 */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Driver } from "./driver/driver.ts";
import { httpPool } from "./http-call.ts";
import { memoryOf } from "./measure/process-usage.ts";
import { bearerOf } from "./signing.ts";
import { followEnds } from "./soak/ended-stream.ts";
import { Ledger } from "./soak/ledger.ts";
import { nuisances } from "./soak/nuisances.ts";
import { openLoop } from "./soak/open-loop.ts";
import { storedRuns } from "./soak/stored-runs.ts";
import type { Sample } from "./soak/verdict.ts";
import { judge } from "./soak/verdict.ts";
import { BENCH_KEYS } from "./systems/bench-keys.ts";
import type { RunningHoldfast } from "./systems/holdfast.ts";
import { startHoldfast } from "./systems/holdfast.ts";
import { isWorkloadName } from "./workloads.ts";
import type { WorkloadName } from "./workloads.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    workload: { type: "string", default: "w2" },
    factor: { type: "string", default: "2" },
    // Small enough to be met within the ten minutes: what is refused is looked at, too.
    backlog: { type: "string", default: "20000" },
    json: { type: "string" },
  },
});

const CALIBRATION = { inFlight: 256, warmUpMs: 10_000, windowMs: 20_000 } as const;
const SAMPLE_MS = 2000;
const DRAIN_MS_MAX = 45 * 60_000;
/** For so long nothing may end before those who are still open are asked about one by one. */
const SILENCE_MS = 10_000;
const { workload } = values;
if (!isWorkloadName(workload)) throw new Error(`There is no workload ${workload}.`);

const folder = mkdtempSync(join(tmpdir(), "holdfast-soak-"));
const house = await startHoldfast(
  [{ kind: "sdk", checkpointing: "off" }],
  folder,
  [],
  ["--backlog", values.backlog],
);
const bearer = bearerOf(BENCH_KEYS.signingKey);
const pool = httpPool(house.origin, 128);
try {
  const sustainable = await calibrate(house, workload);
  const perSecond = sustainable * Number(values.factor);
  say(`sustainable: ${sustainable.toFixed(0)} runs/s of ${workload}; soak at ${perSecond.toFixed(0)}/s`);
  const since = Date.now();
  const ledger = new Ledger();
  const samples: Sample[] = [];
  let lastEndAt = performance.now();
  const stream = followEnds(house.origin, bearer, (eventId, isRight) => {
    lastEndAt = performance.now();
    ledger.end(eventId, isRight);
  });
  const sampling = sample(samples, ledger);
  const rude = nuisances(house.origin);
  await openLoop(pool, BENCH_KEYS.eventKey, ledger, {
    workload,
    perSecond,
    forMs: Number(values.minutes) * 60_000,
  });
  rude.stop();
  const soaked = [...samples];
  say(`the load has ended: ${JSON.stringify(ledger.summary())}`);
  const deadline = performance.now() + DRAIN_MS_MAX;
  while (ledger.openCount > 0 && performance.now() < deadline) {
    await sleep(500);
    // Ends that the stream did not tell of are asked for once it has fallen silent.
    if (performance.now() - lastEndAt > SILENCE_MS) await askFor(ledger);
  }
  sampling.stop();
  stream.close();
  await house.stop();
  const stored = storedRuns(join(folder, "holdfast.db"), since);
  const lines = judge(soaked, ledger.summary(), ledger.acknowledged, stored);
  for (const { figures, holds, what } of lines)
    say(`${holds ? "holds      " : "FALLS SHORT"} ${what}: ${figures}`);
  say(
    `drained: RSS ${(Math.max(...samples.map(({ rssBytes }) => rssBytes)) / 2 ** 20).toFixed(0)} MB at most with the drain, disk ${((samples.at(-1)?.diskBytes ?? 0) / 2 ** 20).toFixed(0)} MB`,
  );
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      JSON.stringify({ sustainable, perSecond, lines, summary: ledger.summary(), samples }, null, 1),
    );
  process.exitCode = lines.every(({ holds }) => holds) ? 0 : 1;
} finally {
  await pool.destroy();
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function askFor(ledger: Ledger): Promise<void> {
  for (const id of ledger.open) {
    const answer = await fetch(`${house.origin}/v1/events/${id}/runs`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
    // Answered by the server under test.
    const { data } = (await answer.json()) as { data: readonly { status: string; output?: unknown }[] };
    const ended = data.find(({ status }) => status === "Completed");
    if (ended !== undefined) ledger.end(id, JSON.stringify(ended.output).includes('"ok":true'));
  }
}

/** How many runs a second end while as many are kept going as the server likes best. */
async function calibrate(running: RunningHoldfast, name: WorkloadName): Promise<number> {
  const driver = await Driver.start();
  try {
    await driver.connect({ kind: "follow", origin: running.origin, eventKey: BENCH_KEYS.eventKey, bearer });
    const { runCount, windowMs } = await driver.load(
      { workload: name, ...CALIBRATION },
      () => {},
      () => {},
    );
    return (runCount * 1000) / windowMs;
  } finally {
    driver.stop();
  }
}

function sample(samples: Sample[], ledger: Ledger): { stop: () => void } {
  const beganAt = performance.now();
  const timer = setInterval(() => {
    const atMs = Math.round(performance.now() - beganAt);
    const { rssBytes } = memoryOf([house.serverPid]);
    samples.push({ atMs, rssBytes, diskBytes: sizeOf(folder), openCount: ledger.openCount });
    if (samples.length % 15 === 0)
      say(
        `${(atMs / 1000).toFixed(0)} s: RSS ${(rssBytes / 2 ** 20).toFixed(0)} MB, ${ledger.openCount} open, ${ledger.summary().refused} refused`,
      );
  }, SAMPLE_MS);
  return { stop: () => clearInterval(timer) };
}

function sizeOf(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, { name, parentPath }) =>
        sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
