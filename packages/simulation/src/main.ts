import { generateScenario } from "./generate/scenario.ts";
import { simulate } from "./simulate.ts";

const [from, count] = process.argv.slice(2).map(Number);
const started = process.hrtime.bigint();
let bad = 0, runs=0, calls=0, happened=0;
const tally = new Map<string, number>();
for (let seed = from!; seed < from! + count!; seed++) {
  const scenario = generateScenario(String(seed), { years: 0, withFaults: !process.argv.includes("--no-faults") });
  const lines: string[] = [];
  const result = await simulate(scenario, { path: ":memory:", left: new Set(), trace: count === 1 ? (l) => console.log(l) : null });
  runs += result.runCount; calls += result.callCount; happened += result.happenedCount;
  for (const [k,v] of result.faults) tally.set(k,(tally.get(k)??0)+v);
  if (result.violation) { bad++; if (bad < 15) console.log(seed, result.violation.invariant, result.violation.message.slice(0, 400)); }
}
const ms = Number(process.hrtime.bigint() - started) / 1e6;
console.log({ bad, runs, calls, happened, msPerSeed: ms / count! }, Object.fromEntries(tally));
