import type { StepId } from "@holdfast/protocol";
import type { QueueItem, RunRecord, RunSnapshot } from "#store";

/** A run as decisions see it: what the store holds, indexed. Never changed in place; a decision returns the next one. */
export interface RunState {
  readonly run: RunRecord;
  /** Events that started the run, canonical JSON, in order. */
  readonly events: readonly string[];
  /** Memo of every finished step, in the order they finished. */
  readonly steps: ReadonlyMap<StepId, string>;
  /** Queue items by key. */
  readonly items: ReadonlyMap<string, QueueItem>;
  /** What to show for steps that are planned or asleep. */
  readonly names: ReadonlyMap<StepId, string>;
  readonly lastSeq: number;
}

/** Indexes what the store returned. */
export function runState(snapshot: RunSnapshot): RunState {
  return {
    run: snapshot.run,
    events: snapshot.events,
    steps: new Map(snapshot.steps.map((step) => [step.id, step.memo])),
    items: new Map(snapshot.items.map((item) => [item.key, item])),
    names: new Map(snapshot.names.map((entry) => [entry.id, entry.name])),
    lastSeq: snapshot.lastSeq,
  };
}
