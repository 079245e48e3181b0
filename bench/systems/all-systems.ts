import type { AppChoice } from "./apps.ts";
import { dbos } from "./dbos.ts";
import { holdfast } from "./holdfast.ts";
import { minimalLoop } from "./minimal-loop.ts";
import { restate } from "./restate.ts";
import type { Durability, System } from "./system.ts";

interface Pairing {
  readonly label: string;
  readonly app: AppChoice;
  readonly durability: Durability;
  readonly workloads: System["workloads"];
}

const ALL = ["w1", "w2", "w3"] as const;

/** The apps a server of ours (or the limit) is paired with, by the name that `--systems` takes. */
const PAIRINGS: Readonly<Record<string, Pairing>> = {
  bare: { label: "", app: { kind: "bare", mode: "per-step" }, durability: "each step", workloads: ALL },
  "bare-checkpoint": {
    label: ", checkpoint 10",
    app: { kind: "bare", mode: "checkpoint" },
    durability: "ten steps",
    workloads: ["w2"],
  },
  sdk: {
    label: " + SDK",
    app: { kind: "sdk", checkpointing: "off" },
    durability: "each step",
    workloads: ALL,
  },
  "sdk-checkpoint": {
    label: " + SDK, checkpoint 1",
    app: { kind: "sdk", checkpointing: "default" },
    durability: "each step",
    workloads: ALL,
  },
  "sdk-checkpoint-10": {
    label: " + SDK, checkpoint 10",
    app: { kind: "sdk", checkpointing: "ten" },
    durability: "ten steps",
    workloads: ["w2"],
  },
  own: {
    label: " + own SDK",
    app: { kind: "own", checkpointing: "off", isSealing: false },
    durability: "each step",
    workloads: ALL,
  },
  "own-sealed": {
    label: " + own SDK, sealed",
    app: { kind: "own", checkpointing: "off", isSealing: true },
    durability: "each step",
    workloads: ALL,
  },
  "own-checkpoint": {
    label: " + own SDK, checkpoint 1",
    app: { kind: "own", checkpointing: "default", isSealing: false },
    durability: "each step",
    workloads: ALL,
  },
};

/** `bare` is our server with the bare app, `loop` the limit with it; `sdk` and `loop-sdk` likewise, and so on. */
function systemOf(name: string, execArgv: readonly string[]): System | undefined {
  const isLoop = name === "loop" || name.startsWith("loop-");
  const pairing = PAIRINGS[isLoop ? (LOOPS[name] ?? "") : name];
  if (pairing === undefined) return undefined;
  const { label, app, durability, workloads } = pairing;
  return isLoop
    ? minimalLoop({ name: `minimal loop${label}`, app, durability, workloads }, execArgv)
    : holdfast({ name: `Holdfast${label}`, app, durability, workloads }, execArgv);
}

const LOOPS: Readonly<Record<string, string>> = {
  loop: "bare",
  "loop-checkpoint": "bare-checkpoint",
  "loop-sdk": "sdk",
  "loop-sdk-checkpoint": "sdk-checkpoint",
  "loop-sdk-checkpoint-10": "sdk-checkpoint-10",
};

/** The limit a system stands beside: the loop with the bare app that makes as many steps durable at a time. */
export function limitOf(system: System): "loop" | "loop-checkpoint" {
  return system.durability === "ten steps" ? "loop-checkpoint" : "loop";
}

/** Every system by its short name, in the order of the table. */
export const SYSTEMS: ReadonlyMap<string, System> = new Map(
  [...Object.keys(LOOPS), ...Object.keys(PAIRINGS)]
    .flatMap((name): [string, System][] => {
      const system = systemOf(name, []);
      return system === undefined ? [] : [[name, system]];
    })
    .concat([
      ["restate", restate],
      ["dbos", dbos],
    ]),
);

export const PEERS: readonly string[] = ["restate", "dbos"];
export const DEFAULT_SYSTEMS: readonly string[] = ["loop", "loop-checkpoint", ...Object.keys(PAIRINGS)];

/** A system whose server process writes a CPU profile into the folder as it ends. */
export function profiled(name: string, folder: string): System {
  const system = systemOf(name, ["--cpu-prof", `--cpu-prof-dir=${folder}`]);
  if (system === undefined) throw new Error(`Cannot profile "${name}": it is not a server of ours.`);
  return system;
}
