import { parseArgs } from "node:util";
import { DEFAULT_SYSTEMS, PEERS, SYSTEMS } from "./systems/all-systems.ts";
import { isWorkloadName, WORKLOAD_NAMES } from "./workloads.ts";
import type { WorkloadName } from "./workloads.ts";

export const USAGE = `Usage: npm run bench -- [options]

  --workloads w1,w2,w3     which workloads (default: all)
  --in-flight 1,64,256     runs in flight, one window for each
  --rounds 3               every round runs every system once
  --warm-up 3              seconds of load before each window
  --window 2               seconds of each window
  --patience 3             seconds to wait before each window while others keep the machine busy
  --systems a,b            of: ${[...SYSTEMS.keys()].join(", ")}
  --peers restate,dbos     adds peers, installing them into bench/peers on first use
  --memory                 adds server memory after 10,000 and after 100,000 finished runs
  --json FILE              writes every window and every figure
  --quick                  one round of short windows, the loop and the bare app: a smoke test, not a measurement
`;

export interface BenchOptions {
  readonly workloads: readonly WorkloadName[];
  readonly inFlight: readonly number[];
  readonly roundCount: number;
  readonly patienceMs: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly systems: readonly string[];
  readonly memory: boolean;
  readonly json: string | null;
}

/** Reads the command line. Throws an Error with one sentence about what is wrong, or returns null for `--help`. */
export function readArguments(argv: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      workloads: { type: "string" },
      "in-flight": { type: "string", default: "1,64,256" },
      rounds: { type: "string" },
      "warm-up": { type: "string" },
      window: { type: "string" },
      patience: { type: "string" },
      systems: { type: "string" },
      peers: { type: "string" },
      memory: { type: "boolean", default: false },
      json: { type: "string" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const workloads = list(values.workloads ?? WORKLOAD_NAMES.join(","));
  const unknown = workloads.find((name) => !isWorkloadName(name));
  if (unknown !== undefined)
    throw new Error(`Unknown workload "${unknown}": known are ${WORKLOAD_NAMES.join(", ")}.`);
  const peers = list(values.peers ?? "");
  const systems = [
    ...list(values.systems ?? (values.quick ? "loop,bare" : DEFAULT_SYSTEMS.join(","))),
    ...peers,
  ];
  for (const name of systems)
    if (!SYSTEMS.has(name))
      throw new Error(`Unknown system "${name}": known are ${[...SYSTEMS.keys()].join(", ")}.`);
  for (const name of peers)
    if (!PEERS.includes(name)) throw new Error(`Unknown peer "${name}": known are ${PEERS.join(", ")}.`);
  const seconds = (text: string | undefined, normal: number, quick: number): number =>
    1000 * positive(text ?? String(values.quick ? quick : normal));
  return {
    workloads: workloads.filter(isWorkloadName),
    inFlight: list(values["in-flight"]).map(positive),
    roundCount: positive(values.rounds ?? (values.quick ? "1" : "3")),
    patienceMs: seconds(values.patience, 3, 0.1),
    warmUpMs: seconds(values["warm-up"], 3, 1),
    windowMs: seconds(values.window, 2, 1),
    systems: [...new Set(systems)],
    memory: values.memory,
    json: values.json ?? null,
  };
}

function list(text: string): string[] {
  return text.split(",").filter((part) => part !== "");
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value > 100_000) throw new Error(`Cannot read "${text}" as a number above 0.`);
  return value;
}
