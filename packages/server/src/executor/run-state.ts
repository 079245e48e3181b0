import type { StepId } from "@holdfast/protocol";
import type { QueueItem, RunRecord, RunSnapshot } from "#store";

/** A run as decisions see it: what the store holds, indexed. Never changed in place; a decision returns the next one. */
export interface RunState {
  readonly run: RunRecord;
  /** Events that started the run, canonical JSON, in order. */
  readonly events: readonly string[];
  /** Memo of every finished step, in the order they finished. */
  readonly steps: ReadonlyMap<StepId, string>;
  /** Arguments in place of a step's own, as a memo (`{"input":[…]}`), for steps that have not finished (15.7). */
  readonly inputs: ReadonlyMap<StepId, string>;
  /** Queue items by key. */
  readonly items: ReadonlyMap<string, QueueItem>;
  /** What is known of steps that are planned, asleep, waiting or requesting. */
  readonly planned: ReadonlyMap<StepId, PlannedStep>;
  /** Functions to start when the run ends, by the id of their op, in the order they were added (15.8). */
  readonly defers: ReadonlyMap<StepId, Defer>;
  readonly lastSeq: number;
}

export interface PlannedStep {
  /** What to show. */
  readonly name: string;
  /** JSON text of what its journal entry keeps beside, or null. */
  readonly data: string | null;
}

export interface Defer {
  /** `{"fnSlug","input","meta"?}` as JSON text. */
  readonly data: string;
  readonly isAborted: boolean;
}

/** Indexes what the store returned. */
export function runState(snapshot: RunSnapshot): RunState {
  return {
    run: snapshot.run,
    events: snapshot.events,
    steps: new Map(snapshot.steps.map((step) => [step.id, step.memo])),
    inputs: new Map(snapshot.inputs.map((input) => [input.id, input.memo])),
    items: new Map(snapshot.items.map((item) => [item.key, item])),
    planned: new Map(snapshot.planned.map(({ id, name, data }) => [id, { name, data }])),
    defers: new Map(snapshot.defers.map(({ id, data, isAborted }) => [id, { data, isAborted }])),
    lastSeq: snapshot.lastSeq,
  };
}
