import type { EventData } from "../scenario/program.ts";
import type { SimulatedProcess } from "../world/process.ts";
import type { FunctionSpec } from "../scenario/scenario.ts";

/** What the oracle has seen of one run, from outside. */
export interface RunFacts {
  readonly runId: string;
  readonly spec: FunctionSpec;
  readonly data: EventData;
  /** Memos whose commit some process was told of, as JSON text by step id, with the process; null for all that start later. */
  readonly memos: Map<string, { readonly text: string; readonly toldTo: SimulatedProcess | null }>;
  /** The end is committed, and a process was told. */
  hasEnded: boolean;
  /** Revision of the run at its end. */
  endRevision: number | null;
  /** Hand-outs that led to a call: `item#generation`. */
  readonly handOuts: Set<string>;
}
