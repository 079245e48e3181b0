import { dbos } from "./dbos.ts";
import { holdfast } from "./holdfast.ts";
import type { HoldfastChoice } from "./holdfast.ts";
import { minimalLoop } from "./minimal-loop.ts";
import { restate } from "./restate.ts";
import type { System } from "./system.ts";

const ALL = ["w1", "w2", "w3"] as const;

/** Our server with each app. The names are what `--systems` takes and what the table shows. */
const HOLDFAST: Readonly<Record<string, HoldfastChoice>> = {
  bare: { name: "Holdfast", app: { kind: "bare", mode: "per-step" }, durability: "each step", workloads: ALL },
  "bare-checkpoint": {
    name: "Holdfast, checkpoint 10",
    app: { kind: "bare", mode: "checkpoint" },
    durability: "ten steps",
    workloads: ["w2"],
  },
  sdk: {
    name: "Holdfast + SDK",
    app: { kind: "sdk", checkpointing: "off" },
    durability: "each step",
    workloads: ALL,
  },
  "sdk-checkpoint": {
    name: "Holdfast + SDK, checkpoint 1",
    app: { kind: "sdk", checkpointing: "default" },
    durability: "each step",
    workloads: ALL,
  },
  "sdk-checkpoint-10": {
    name: "Holdfast + SDK, checkpoint 10",
    app: { kind: "sdk", checkpointing: "ten" },
    durability: "ten steps",
    workloads: ["w2"],
  },
};

/** Every system by its short name, in the order of the table. */
export const SYSTEMS: Readonly<Record<string, System>> = {
  loop: minimalLoop("per-step"),
  "loop-checkpoint": minimalLoop("checkpoint"),
  ...Object.fromEntries(Object.entries(HOLDFAST).map(([name, choice]) => [name, holdfast(choice)])),
  restate,
  dbos,
};

export const PEERS = ["restate", "dbos"] as const;
export const DEFAULT_SYSTEMS = Object.keys(SYSTEMS).filter((name) => !PEERS.some((peer) => peer === name));

/** A system whose server process writes a CPU profile into the folder as it ends. */
export function profiled(name: string, folder: string): System {
  const execArgv = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
  if (name === "loop") return minimalLoop("per-step", execArgv);
  const choice = HOLDFAST[name];
  if (choice === undefined) throw new Error(`Cannot profile "${name}": it is not a server of ours.`);
  return holdfast({ ...choice, execArgv });
}
