import type { EventId, RunId, StepId } from "@holdfast/protocol";
import type { JournalEntry } from "../records.ts";
import type { RunStore, Stranded } from "../contract.ts";
import { decodeOpen, encodeOpen } from "./accept.ts";
import type { StoreAccess } from "./access.ts";
import { withAudit } from "./audited.ts";
import { decodeAdvance, encodeAdvance } from "./advance.ts";
import { isFinalCode, journalKindOf } from "./codes.ts";
import { RunFlag } from "./gates.ts";
import type { ItemRow } from "./lease.ts";
import { toQueueItem } from "./lease.ts";
import { createRunListing } from "./run-listing.ts";
import type { RunRow } from "./run-row.ts";
import { SELECT_RUN, toRun } from "./run-row.ts";
import { encodeBringSignal } from "./signals.ts";
import { createSnapshotQuery } from "./snapshot.ts";
import { prepare } from "./statement.ts";
import { decodeStranded, encodeStranded } from "./stranded.ts";

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
  const byEvent = prepare<RunRow>(
    db,
    `${SELECT_RUN} WHERE event_id = ? OR num IN (SELECT run FROM run_events WHERE event_id = ?) ORDER BY id`,
  );
  const entries = `SELECT seq, kind, at, step_id, name, op, attempt, queued_at, started_at, data
    FROM journal WHERE run = ?`;
  const journalOf = prepare<EntryRow>(db, `${entries} ORDER BY seq`);
  const lastEntryOf = prepare<EntryRow>(db, `${entries} ORDER BY seq DESC LIMIT 1`);
  const eventIdsOf = prepare<readonly [id: EventId]>(
    db,
    "SELECT event_id FROM run_events WHERE run = ? ORDER BY position",
  );
  const itemsOf = prepare<ItemRow>(
    db,
    `SELECT ?, key, kind, step_id, attempt, generation, enqueued_at, due_at, cause
     FROM queue WHERE run = ? ORDER BY due_at, key`,
  );
  const snapshot = createSnapshotQuery(db, symbols);
  const list = createRunListing(db, symbols);

  function end(id: RunId): JournalEntry | null {
    const row = byId.get(id);
    if (row === undefined || !isFinalCode(row[6])) return null;
    const entry = lastEntryOf.get(row[0]);
    return entry === undefined ? null : toEntry(entry);
  }

  function eventsOf(id: RunId): readonly EventId[] {
    const row = byId.get(id);
    if (row === undefined) return [];
    return (row[19] & RunFlag.many) === 0 ? [row[5]] : eventIdsOf.all(row[0]).map(([eventId]) => eventId);
  }

  return {
    advance: async (advance) =>
      decodeAdvance(advance, await access.act(() => withAudit(encodeAdvance(advance), advance.audit))),
    open: async ({ audit, runs, session, now }) =>
      decodeOpen(await access.act(() => withAudit(encodeOpen(runs, session, now), audit))),
    async signal({ environment, name, memo, now }) {
      // The id of a stored run, or null.
      return (await access.act(() => encodeBringSignal(environment, name, memo, now))) as RunId | null;
    },
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
    ofEvent: (id) => access.read(() => byEvent.all(id, id).map((row) => toRun(row, symbols))),
    list: (query) => access.read(() => list(query)),
    eventsOf: (id) => access.readTogether(() => eventsOf(id)),
    items: (id) =>
      access.readTogether(() => {
        const row = byId.get(id);
        return row === undefined ? [] : itemsOf.all(id, row[0]).map(toQueueItem);
      }),
    async stranded(limit) {
      const found = decodeStranded(await access.act(() => encodeStranded(limit)));
      return access.readTogether(() =>
        found.flatMap(({ id, why }): Stranded[] => {
          const row = byId.get(id);
          return row === undefined ? [] : [{ run: toRun(row, symbols), why }];
        }),
      );
    },
  };
}
