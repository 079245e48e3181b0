import type { DatabaseSync } from "node:sqlite";
import type { RunId, StepId } from "@holdfast/protocol";
import type { QueueItem, RunSnapshot } from "../records.ts";
import { JOURNAL_COMPLETED, JOURNAL_FAILED, JOURNAL_PLANNED, JOURNAL_SLEEPING } from "./codes.ts";
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
  const stepsOf = prepare<StepRow>(
    db,
    `SELECT kind, step_id, name, data FROM journal WHERE run = ? AND kind <= ${JOURNAL_SLEEPING} ORDER BY seq`,
  );
  const itemsOf = prepare<ItemRow>(
    db,
    `SELECT ?, key, kind, step_id, attempt, generation, enqueued_at, due_at FROM queue WHERE run = ? ORDER BY key`,
  );

  return (id) => {
    const row = runOf.get(id);
    if (row === undefined) return null;
    const run = toRun(row, symbols);
    const num = row[0];
    return {
      run,
      events: eventOf.all(run.eventId).map(([body]) => body),
      items: itemsOf.all(id, num).map((item): QueueItem => toQueueItem(item)),
      lastSeq: row[16],
      ...stepsAndNames(stepsOf.all(num)),
    };
  };
}

function stepsAndNames(rows: readonly StepRow[]): Pick<RunSnapshot, "steps" | "names"> {
  const steps: { id: StepId; memo: string }[] = [];
  const names = new Map<StepId, string>();
  const finished = new Set<StepId>();
  for (const [kind, id, name, data] of rows) {
    if (id === null) continue;
    switch (kind) {
      case JOURNAL_COMPLETED:
      case JOURNAL_FAILED:
        steps.push({ id, memo: data ?? "null" });
        finished.add(id);
        break;
      case JOURNAL_PLANNED:
      case JOURNAL_SLEEPING:
        if (name !== null) names.set(id, name);
        break;
      default:
    }
  }
  return { steps, names: [...names].flatMap(([id, name]) => (finished.has(id) ? [] : [{ id, name }])) };
}
