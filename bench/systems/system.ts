import type { TargetAddress } from "../driver/protocol.ts";
import type { WorkloadName } from "../workloads.ts";

/** When a step becomes durable: alone before the next one starts, or together with others. */
export type Durability = "each step" | "ten steps";

/** Something the workloads can run on. */
export interface System {
  readonly name: string;
  readonly durability: Durability;
  readonly workloads: readonly WorkloadName[];
  /** Starts it on an empty folder; settles once runs can be started. */
  start(folder: string): Promise<RunningSystem>;
}

export interface RunningSystem {
  readonly target: TargetAddress;
  /** Processes (with their children) that are the server, and those that are the user's app. */
  readonly serverPids: readonly number[];
  readonly appPids: readonly number[];
  stop(): Promise<void>;
}
