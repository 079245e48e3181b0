/**
 * Runs simulated worlds and says what came of them:
 *
 *     npm run simulate -- --seed 42                 one world, and a trace of it when something is wrong
 *     npm run simulate -- --seed 1 --seeds 10000    so many worlds, beginning with this seed
 *     npm run simulate -- --minutes 10              fresh seeds for so long
 *     … --years 2         what happens is spread over so much virtual time
 *     … --store file      the database is a file, and not in memory
 *     … --nodes 2         processes that stood still are replaced, and go on beside the ones that replaced them
 *     … --no-faults       nothing goes wrong but what programs do
 *     … --brief           failures are named, and neither shrunk nor shown
 *     … --trace           one line for each thing that happens
 *
 * Exits with 1 when an invariant did not hold. The seed says which world it was; with the same source it is the same again.
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateScenario } from "./generate/scenario.ts";
import { createReport, reportText } from "./report.ts";
import { shrink } from "./shrink.ts";
import type { SimulationResult } from "./simulate.ts";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string" },
    years: { type: "string", default: "0" },
    minutes: { type: "string" },
    store: { type: "string", default: "memory" },
    nodes: { type: "string", default: "1" },
    "no-faults": { type: "boolean", default: false },
    brief: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
  },
});

/** How long a failure is shrunk. */
const SHRINK_MS = 20_000;
/** Failures shown before the run stops: more would say the same. */
const FAILURES_MAX = values.brief ? 100 : 5;
const SEED_MAX = 2 ** 31;
const PROGRESS_EVERY = 500;

const options = {
  years: Number(values.years),
  withFaults: !values["no-faults"],
  withTwoNodes: values.nodes === "2",
};
const file = join(tmpdir(), `holdfast-simulation-${process.pid}.db`);
const isFile = values.store === "file";
if (!isFile && values.store !== "memory")
  fail(`Cannot use the store "${values.store}": it is "memory" or "file".`);
const startedAt = process.hrtime.bigint();
const elapsedMs = (): number => Number(process.hrtime.bigint() - startedAt) / 1e6;
// Fresh seeds begin where the clock of this machine happens to stand.
const first = values.seed === undefined ? Number(startedAt % BigInt(SEED_MAX)) : Number(values.seed);
const minutesMs = values.minutes === undefined ? null : Number(values.minutes) * 60_000;
const count = values.seeds === undefined ? (minutesMs === null ? 1 : Infinity) : Number(values.seeds);
for (const [name, value] of Object.entries({
  seed: first,
  seeds: count,
  years: options.years,
  minutes: minutesMs,
})) {
  if (value !== null && Number.isNaN(value)) fail(`Cannot use --${name}: it is not a number.`);
}

const report = createReport();
for (let index = 0; index < count && (minutesMs === null || elapsedMs() < minutesMs); index += 1) {
  const seed = String(first + index);
  const scenario = generateScenario(seed, options);
  const result = await run(scenario, new Set(), values.trace ? console.log : null);
  report.add(result);
  if (report.totals.worlds % PROGRESS_EVERY === 0) {
    console.error(`${report.totals.worlds} seeds, ${report.failures} violations`);
  }
  if (result.violation === null) continue;
  await explain(seed, result);
  if (report.failures >= FAILURES_MAX) break;
}
console.log(reportText(report, elapsedMs()));
process.exitCode = report.failures === 0 ? 0 : 1;

/** Cuts a failure down and shows what is left of it. */
async function explain(seed: string, { violation, struck }: SimulationResult): Promise<void> {
  console.log(`\nseed ${seed}: ${violation?.invariant}\n  ${violation?.message}`);
  if (values.brief) return;
  const deadline = elapsedMs() + SHRINK_MS;
  const shrunk = await shrink(
    generateScenario(seed, options),
    struck,
    async (scenario, left) => (await run(scenario, left, null)).violation?.invariant === violation?.invariant,
    () => elapsedMs() < deadline,
  );
  console.log(`  shrunk in ${shrunk.tries} tries; functions: ${JSON.stringify(shrunk.scenario.functions)}`);
  await run(shrunk.scenario, shrunk.left, (line) => console.log(`  ${line}`));
  console.log(
    `  again: npm run simulate -- --seed ${seed}${options.years > 0 ? ` --years ${options.years}` : ""}\n`,
  );
}

async function run(
  scenario: ReturnType<typeof generateScenario>,
  left: ReadonlySet<string>,
  trace: ((line: string) => void) | null,
): Promise<SimulationResult> {
  try {
    return await simulate(scenario, { path: isFile ? file : ":memory:", left, trace });
  } finally {
    if (isFile) for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
