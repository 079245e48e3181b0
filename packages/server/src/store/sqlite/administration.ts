import type { DatabaseSync } from "node:sqlite";
import type { AdministrationStore, RecordKind } from "../administration.ts";
import { UNAUDITED_KINDS } from "../administration.ts";
import type { StoreAccess } from "./access.ts";
import type { AuditActs } from "./audit.ts";
import { encodeDrafts, placedRows } from "./audit.ts";
import type { Answer, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import { refuse } from "./refuse.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";

/** What `commit` answers with when a record has another revision: this, and which record. */
const CONFLICT = "conflict";

/** Changes administrative records, with the entries that say so. */
export class AdministrationActs {
  readonly #audit: AuditActs;
  readonly #revision: Statement<readonly [number]>;
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #note: Statement;

  constructor(db: DatabaseSync, audit: AuditActs) {
    this.#audit = audit;
    this.#revision = prepare(db, "SELECT revision FROM records WHERE kind = ? AND id = ?");
    this.#put = prepare(db, "INSERT OR REPLACE INTO records (kind, id, revision, body) VALUES (?, ?, ?, ?)");
    this.#remove = prepare(db, "DELETE FROM records WHERE kind = ? AND id = ?");
    this.#note = prepare(
      db,
      `INSERT INTO records (kind, id, revision, body) VALUES (?, ?, 1, ?)
       ON CONFLICT (kind, id) DO UPDATE SET revision = revision + 1, body = excluded.body`,
    );
  }

  commit(reader: CommandReader): Answer {
    const changes = reader.list(() => ({
      kind: reader.text(),
      id: reader.text(),
      expected: reader.number(),
      body: reader.textOrNull(),
    }));
    // All are looked at before the first is made.
    for (const { kind, id, expected } of changes) {
      const [revision] = this.#revision.get(kind, id) ?? [0];
      if (revision !== expected) return [CONFLICT, kind, id];
    }
    for (const { kind, id, expected, body } of changes) {
      if (body === null) this.#remove.run(kind, id);
      else this.#put.run(kind, id, expected + 1, body);
    }
    return this.#audit.append(reader);
  }

  note(reader: CommandReader): Answer {
    for (let left = reader.number(); left > 0; left--) {
      const kind = reader.text();
      // What is asked for as a kind is checked by the set itself.
      if (!UNAUDITED_KINDS.has(kind as RecordKind))
        throw refuse(`Cannot note a record of kind "${kind}": it changes by an act that is in the log.`);
      this.#note.run(kind, reader.text(), reader.text());
    }
    return null;
  }
}

export function createAdministrationStore(access: StoreAccess): AdministrationStore {
  const { db } = access;
  const ofKind = prepare<readonly [id: string, revision: number, body: string]>(
    db,
    "SELECT id, revision, body FROM records WHERE kind = ? ORDER BY id",
  );
  return {
    records: (kind) =>
      access.read(() => ofKind.all(kind).map(([id, revision, body]) => ({ kind, id, revision, body }))),
    async commit({ changes, audit }) {
      const values: Value[] = [changes.length];
      for (const { kind, id, expectedRevision, body } of changes)
        values.push(kind, id, expectedRevision, body);
      const answer = await access.act(() => [CommandKind.commitRecords, ...values, ...encodeDrafts(audit)]);
      const [first, kind, id] = answer as readonly Value[];
      // The kinds came in through here.
      if (first === CONFLICT)
        return { kind: "conflict", record: { kind: kind as RecordKind, id: id as string } };
      return { kind: "committed", entries: placedRows(audit, answer) };
    },
    async note(records) {
      const values = records.flatMap(({ kind, id, body }) => [kind, id, body]);
      await access.act(() => [CommandKind.noteRecords, records.length, ...values]);
    },
  };
}
