import type { RunId, StepId } from "@holdfast/protocol";
import type { JournalEntry, RunRecord } from "../records.ts";
import type { RunQuery, RunStore } from "../contract.ts";
import type { StoreAccess } from "./access.ts";
import { decodeAdvance, encodeAdvance } from "./advance.ts";
import { COMPLETED, isFinalCode, journalKindOf, runStatusCode } from "./codes.ts";
import type { Filter } from "./listing.ts";
import { Listing } from "./listing.ts";
import type { RunRow } from "./run-row.ts";
import { SELECT_RUN, toRun } from "./run-row.ts";
import { createSnapshotQuery } from "./snapshot.ts";
import { prepare } from "./statement.ts";

type EntryRow = readonly [
  seq: number,
  kind: number,
  at: number,
  stepId: StepId | null,
  name: string | null,
  op: string | null,
  attempt: number,
  queuedAt: number | null,
  startedAt: number | null,
  data: string | null,
];

function toEntry([
  seq,
  kind,
  at,
  stepId,
  name,
  op,
  attempt,
  queuedAt,
  startedAt,
  data,
]: EntryRow): JournalEntry {
  return { seq, kind: journalKindOf(kind), at, stepId, name, op, attempt, queuedAt, startedAt, data };
}

export function createRunStore(access: StoreAccess): RunStore {
  const { db, symbols } = access;
  const byId = prepare<RunRow>(db, `${SELECT_RUN} WHERE id = ?`);
  const byEvent = prepare<RunRow>(db, `${SELECT_RUN} WHERE event_id = ? ORDER BY id`);
  const listing = new Listing<RunRow>(db, SELECT_RUN, "ORDER BY id DESC");
  const entries = `SELECT seq, kind, at, step_id, name, op, attempt, queued_at, started_at, data
    FROM journal WHERE run = ?`;
  const journalOf = prepare<EntryRow>(db, `${entries} ORDER BY seq`);
  const lastEntryOf = prepare<EntryRow>(db, `${entries} ORDER BY seq DESC LIMIT 1`);
  const snapshot = createSnapshotQuery(db, symbols);

  function list(query: RunQuery): readonly RunRecord[] {
    const environment = symbols.find(query.environment);
    const fn = query.functionId === undefined ? undefined : symbols.find(query.functionId);
    if (environment === null || fn === null) return [];
    return listing.all(runFilters(query, environment, fn), query.limit).map((row) => toRun(row, symbols));
  }

  function end(id: RunId): JournalEntry | null {
    const row = byId.get(id);
    if (row === undefined || !isFinalCode(row[6])) return null;
    const entry = lastEntryOf.get(row[0]);
    return entry === undefined ? null : toEntry(entry);
  }

  return {
    advance: async (advance) => decodeAdvance(await access.act(() => encodeAdvance(advance))),
    load: (id) => access.readTogether(() => snapshot(id)),
    get: (id) =>
      access.read(() => {
        const row = byId.get(id);
        return row === undefined ? null : toRun(row, symbols);
      }),
    journal: (id) =>
      access.readTogether(() => {
        const row = byId.get(id);
        return row === undefined ? [] : journalOf.all(row[0]).map(toEntry);
      }),
    end: (id) => access.readTogether(() => end(id)),
    ofEvent: (id) => access.read(() => byEvent.all(id).map((row) => toRun(row, symbols))),
    list: (query) => access.read(() => list(query)),
  };
}

/**
 * Each combination of filters walks one index in the order of ids and stops at the limit; the plus keeps SQLite from
 * choosing an index whose rows it would have to sort.
 */
function runFilters(query: RunQuery, environment: number, fn: number | undefined): Filter[] {
  const filters: Filter[] = [{ sql: "environment = ?", value: environment }];
  if (fn !== undefined) filters.push({ sql: "function = ?", value: fn });
  if (query.status !== undefined) {
    const value = runStatusCode(query.status);
    // `runs_by_status` has every status but the usual one; SQLite takes it only where the query says so as well.
    const isIndexed = fn === undefined && value !== COMPLETED;
    filters.push({ sql: isIndexed ? `status = ? AND status <> ${COMPLETED}` : "+status = ?", value });
  }
  if (query.before !== undefined) filters.push({ sql: "id < ?", value: query.before });
  return filters;
}
