import type { DatabaseSync } from "node:sqlite";
import type { RunId, StepId } from "@holdfast/protocol";
import type { RunSnapshot } from "../records.ts";
import { JOURNAL_ATTEMPT_FAILED, JOURNAL_ENDED, JOURNAL_METADATA, journalKindOf } from "./codes.ts";
import { RunFlag } from "./gates.ts";
import type { ItemRow } from "./lease.ts";
import { toQueueItem } from "./lease.ts";
import type { RunRow } from "./run-row.ts";
import { SELECT_RUN, toRun } from "./run-row.ts";
import { prepare } from "./statement.ts";
import type { SymbolReader } from "./symbols.ts";

type StepRow = readonly [kind: number, stepId: StepId | null, name: string | null, data: string | null];

/**
 * Everything a decision needs of one run. Its state is its journal: memos are those of the entries of finished steps,
 * names those of the steps that are still to finish. To be called inside a transaction.
 */
export function createSnapshotQuery(
  db: DatabaseSync,
  symbols: SymbolReader,
): (id: RunId) => RunSnapshot | null {
  const runOf = prepare<RunRow>(db, `${SELECT_RUN} WHERE id = ?`);
  const eventOf = prepare<readonly [body: string]>(db, "SELECT body FROM events WHERE id = ?");
  const eventsOf = prepare<readonly [body: string]>(
    db,
    `SELECT body FROM run_events CROSS JOIN events ON events.id = run_events.event_id
     WHERE run = ? ORDER BY position`,
  );
  const stepsOf = prepare<StepRow>(
    db,
    `SELECT kind, step_id, name, data FROM journal
     WHERE run = ? AND kind NOT IN (${JOURNAL_ATTEMPT_FAILED}, ${JOURNAL_ENDED}, ${JOURNAL_METADATA}) ORDER BY seq`,
  );
  const itemsOf = prepare<readonly [...ItemRow, isHeld: number]>(
    db,
    `SELECT ?, key, kind, step_id, attempt, generation, enqueued_at, due_at, cause, session IS NOT NULL
     FROM queue WHERE run = ? ORDER BY key`,
  );

  return (id) => {
    const row = runOf.get(id);
    if (row === undefined) return null;
    const run = toRun(row, symbols);
    const num = row[0];
    const bodies = (row[19] & RunFlag.many) === 0 ? eventOf.all(run.eventId) : eventsOf.all(num);
    const items = itemsOf.all(id, num);
    return {
      run,
      events: bodies.map(([body]) => body),
      items: items.map((item) => toQueueItem(item)),
      held: items.flatMap(([, key, , , , , , , , isHeld]) => (isHeld === 1 ? [key] : [])),
      lastSeq: row[16],
      ...replay(stepsOf.all(num)),
    };
  };
}

/** What the entries of a run say about its steps, in the order in which they were appended. */
function replay(rows: readonly StepRow[]): Pick<RunSnapshot, "steps" | "planned" | "inputs" | "defers"> {
  const steps: { id: StepId; memo: string }[] = [];
  const finished = new Set<StepId>();
  const planned = new Map<StepId, { id: StepId; name: string; data: string | null }>();
  const inputs = new Map<StepId, string>();
  const defers = new Map<StepId, { id: StepId; data: string; isAborted: boolean }>();
  for (const [code, id, name, data] of rows) {
    if (id === null) continue;
    switch (journalKindOf(code)) {
      case "step.completed":
      case "step.failed":
        steps.push({ id, memo: data ?? "null" });
        finished.add(id);
        break;
      case "step.planned":
      case "step.sleeping":
      case "step.waiting":
      case "step.invoking":
      case "step.requesting":
        if (name !== null) planned.set(id, { id, name, data });
        break;
      case "step.input":
        if (data !== null) inputs.set(id, data);
        break;
      case "defer.added":
        if (data !== null && !defers.has(id)) defers.set(id, { id, data, isAborted: false });
        break;
      case "defer.aborted": {
        const defer = defers.get(id);
        if (defer !== undefined) defer.isAborted = true;
        break;
      }
      default:
    }
  }
  return {
    steps,
    planned: [...planned.values()].filter(({ id }) => !finished.has(id)),
    inputs: [...inputs].flatMap(([id, memo]) => (finished.has(id) ? [] : [{ id, memo }])),
    defers: [...defers.values()],
  };
}
