import type { StepId } from "@holdfast/protocol";
import type { JournalEntry, JournalKind, RunSnapshot } from "../records.ts";
import type { Queued } from "./queue-items.ts";
import type { StoredRun } from "./runs.ts";

const FINISHED: ReadonlySet<JournalKind> = new Set(["step.completed", "step.failed"]);
const PLANNED: ReadonlySet<JournalKind> = new Set([
  "step.planned",
  "step.sleeping",
  "step.waiting",
  "step.invoking",
  "step.requesting",
]);

/** An entry about a step. */
type StepEntry = JournalEntry & { readonly stepId: StepId };

/** What a decision needs of a run: its events, its queue, and what its journal says. */
export function snapshotOf(
  { record, journal }: StoredRun,
  events: readonly string[],
  queued: readonly Queued[],
): RunSnapshot {
  const entries = journal.filter((entry): entry is StepEntry => entry.stepId !== null);
  const finished = entries.filter(({ kind }) => FINISHED.has(kind));
  const isOpen = ({ stepId }: StepEntry): boolean => !finished.some((entry) => entry.stepId === stepId);
  const inputs = entries.filter(({ kind, data }) => kind === "step.input" && data !== null);
  const planned = entries.filter(({ kind, name }) => PLANNED.has(kind) && name !== null);
  const added = entries.filter(({ kind, data }) => kind === "defer.added" && data !== null);
  return {
    run: record,
    events,
    steps: finished.map(({ stepId, data }) => ({ id: stepId, memo: data ?? "null" })),
    items: queued.map(({ item }) => item),
    held: queued.filter(({ holder }) => holder !== null).map(({ item }) => item.key),
    inputs: lastOfEach(inputs.filter(isOpen)).map(({ stepId, data }) => ({ id: stepId, memo: data ?? "" })),
    planned: lastOfEach(planned.filter(isOpen)).map(({ stepId, name, data }) => ({
      id: stepId,
      name: name ?? "",
      data,
    })),
    defers: firstOfEach(added).map((defer) => ({
      id: defer.stepId,
      data: defer.data ?? "",
      isAborted: entries.some(
        ({ kind, stepId, seq }) => kind === "defer.aborted" && stepId === defer.stepId && seq > defer.seq,
      ),
    })),
    lastSeq: journal.length,
  };
}

/** The first entry of each step. */
function firstOfEach(entries: readonly StepEntry[]): readonly StepEntry[] {
  return entries.filter(
    (entry, index) => entries.findIndex(({ stepId }) => stepId === entry.stepId) === index,
  );
}

/** The last entry of each step, where its first one stands. */
function lastOfEach(entries: readonly StepEntry[]): readonly StepEntry[] {
  return firstOfEach(entries).map(
    (first) => entries.findLast(({ stepId }) => stepId === first.stepId) ?? first,
  );
}
