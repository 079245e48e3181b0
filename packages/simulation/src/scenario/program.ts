import { hash } from "node:crypto";
import { hash32 } from "../world/rng.ts";

/** What a simulated function does, as data: a stand-in for user code that can be generated, run, and cut down. */
export interface Program {
  readonly nodes: readonly Node[];
  /** How many first attempts of the function fail before its first step. */
  readonly failures: number;
  /** Whether the function throws at its end, for good. */
  readonly throws: boolean;
}

/** One step, or several side by side. `id` is unique in its program. */
export type Node = Leaf | ParallelNode;

export interface ParallelNode {
  readonly kind: "parallel";
  readonly id: string;
  /** `wait` goes on when every branch is done, `race` when the first is. */
  readonly mode: "wait" | "race";
  readonly branches: readonly (readonly Leaf[])[];
}

export type Leaf =
  | {
      readonly kind: "run";
      readonly id: string;
      readonly workMs: number;
      /** How many first attempts fail. */
      readonly failures: number;
      /** Whether it fails for good. */
      readonly isFatal: boolean;
      readonly isCaught: boolean;
    }
  | { readonly kind: "sleep"; readonly id: string; readonly sleepMs: number }
  | {
      readonly kind: "wait";
      readonly id: string;
      readonly event: string;
      /** Whether the event must have the same `k` as the one that started the run. */
      readonly sameKey: boolean;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: "invoke";
      readonly id: string;
      /** Name of the function within its app. */
      readonly target: string;
      readonly timeoutMs: number;
      readonly isCaught: boolean;
    }
  | {
      readonly kind: "signal";
      readonly id: string;
      readonly timeoutMs: number;
      readonly conflict: "fail" | "replace";
    }
  | { readonly kind: "send"; readonly id: string; readonly event: string }
  | { readonly kind: "fetch"; readonly id: string }
  | { readonly kind: "defer"; readonly id: string; readonly target: string };

/** The data of every simulated event. `n` is different for each, `k` is a key that many share. */
export interface EventData {
  readonly n: number;
  readonly k: number;
}

const stepIds = new Map<string, string>();

/** The hashed id under which a step travels (wire-protocol 8.1). */
export function stepIdOf(id: string): string {
  let hashed = stepIds.get(id);
  if (hashed === undefined) stepIds.set(id, (hashed = hash("sha1", id, "hex")));
  return hashed;
}

/** What a step of kind `run` returns when it succeeds: decided by the function, the step and the event alone. */
export function stepValue(functionName: string, id: string, data: EventData): number {
  return hash32(`${functionName}/${id}/${data.n}`);
}

/** What a function returns whose steps came to these values. */
export function outputOf(values: readonly unknown[]): number {
  return hash32(JSON.stringify(values));
}

/** Every step of a program, the ones side by side included. */
export function leavesOf(program: Program): readonly Leaf[] {
  return program.nodes.flatMap((node) => (node.kind === "parallel" ? node.branches.flat() : [node]));
}
