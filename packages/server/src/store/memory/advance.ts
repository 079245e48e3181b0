import { hasEnded } from "@holdfast/protocol";
import type { Advance, AdvanceResult } from "../contract.ts";
import type { RunRecord } from "../records.ts";
import type { AcceptRooms } from "./accept.ts";
import { acceptEvents } from "./accept.ts";
import type { Act } from "./act.ts";
import type { Admission } from "./admission.ts";
import type { Queue } from "./queue.ts";
import type { QueueItems } from "./queue-items.ts";
import { refusal } from "./refusal.ts";
import type { Runs, StoredRun } from "./runs.ts";
import type { Signals } from "./signals.ts";
import type { Singletons } from "./singletons.ts";

export interface AdvanceRooms extends AcceptRooms {
  readonly admission: Admission;
  readonly items: QueueItems;
  readonly queue: Queue;
  readonly runs: Runs;
  readonly signals: Signals;
  readonly singletons: Singletons;
}

/** Applies one step forward of a run. The act begins only once the run is found as it was seen. */
export function advanceRun(rooms: AdvanceRooms, advance: Advance, begin: () => Act): AdvanceResult {
  const before = rooms.runs.get(advance.runId);
  if (before === undefined) return { kind: "unknown" };
  if (before.record.revision !== advance.expectedRevision) return { kind: "conflict" };
  const act = begin();
  const taken = advance.signals.find((signal) => rooms.signals.isTaken(before.record, signal));
  if (taken !== undefined) return { kind: "signal_taken", signal: taken.name };

  const run = rooms.runs.append(
    rooms.runs.put({ ...before, record: recordAfter(before.record, advance) }),
    advance.journal,
  );
  const held = new Set<string>();
  if (!hasEnded(run.record.status)) goOn(rooms, act, run, advance, held);
  else if (!hasEnded(before.record.status)) end(rooms, run);
  const events = acceptEvents(act, rooms, advance.emit);
  rooms.admission.settle(act);
  const { workDueAt, gatheringDueAt } = act;
  return { kind: "committed", held, emitted: { events, workDueAt, gatheringDueAt } };
}

/** What a run is was settled when it was opened; what it has come to is as the step says. */
function recordAfter(before: RunRecord, { run, expectedRevision }: Advance): RunRecord {
  const { id, environment, functionId, eventId, batchId, originalRunId } = before;
  if (hasEnded(before.status) && !hasEnded(run.status)) {
    throw refusal(`Cannot advance run "${id}": it has ended and must stay ended.`);
  }
  const settled = { id, environment, functionId, eventId, batchId, originalRunId };
  return { ...run, ...settled, revision: expectedRevision + 1 };
}

/** Finishes and queues items, and notes what the run waits for from now on. */
function goOn(rooms: AdvanceRooms, act: Act, run: StoredRun, advance: Advance, held: Set<string>): void {
  const { items, queue, signals, waits } = rooms;
  const { runId, finish, enqueue } = advance;
  const finishItem = (key: string): void => {
    queue.finish(runId, key);
    waits.drop(runId, key);
    signals.drop(runId, key);
  };
  finish.forEach(finishItem);
  for (const item of enqueue) {
    // An item that takes the place of another takes nothing of what that waited for.
    finishItem(item.key);
    if (queue.put(act, item)) held.add(item.key);
  }
  if (items.of(runId).length === 0) {
    throw refusal(
      `Cannot advance run "${runId}": it would go on without a queue item, and nothing would ever wake it.`,
    );
  }
  for (const signal of advance.signals) signals.put(run.record, signal);
  for (const wait of advance.waits) waits.add(act, run, wait);
}

/** Drops whatever would still happen to a run that has ended, and gives back what it held. */
function end({ admission, queue, signals, singletons, waits }: AdvanceRooms, run: StoredRun): void {
  const { id } = run.record;
  queue.clear(id, "all");
  waits.dropAll(id);
  signals.dropAll(id);
  admission.leaveRun(run);
  singletons.leave(run);
}
