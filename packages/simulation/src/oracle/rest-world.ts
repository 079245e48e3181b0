import type { FunctionId } from "@holdfast/protocol";
import type { JournalEntry, RunRecord, Store } from "@holdfast/server/rooms";
import type { EventData } from "../scenario/program.ts";
import type { FunctionSpec, Scenario } from "../scenario/scenario.ts";
import type { Oracle } from "./oracle.ts";

/** What the checks at rest read. */
export interface RestWorld {
  readonly scenario: Scenario;
  readonly store: Store;
  readonly oracle: Oracle;
  /** Whether anything went wrong on purpose, so that attempts may have been used up by it. */
  readonly hadFaults: boolean;
  readonly specs: ReadonlyMap<FunctionId, FunctionSpec>;
}

/** A run with what the checks need of it. */
export interface RestRun {
  readonly run: RunRecord;
  readonly spec: FunctionSpec;
  /** Of its first event. */
  readonly data: EventData;
  readonly journal: readonly JournalEntry[];
  /** How a message names it. */
  readonly what: string;
}

/** The environment of every simulated thing. */
export const ENVIRONMENT = "production" as RunRecord["environment"];

/** Whether clocks were moved: then instants that a clock gave cannot be compared. */
export function clockJumped({ scenario }: RestWorld): boolean {
  return scenario.acts.some((act) => act.kind === "clock-jump");
}

/** A field of something that was JSON. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The data of a journal entry; the executor writes JSON text. */
export function dataOf(entry: JournalEntry | undefined): unknown {
  return JSON.parse(entry?.data ?? "null");
}
