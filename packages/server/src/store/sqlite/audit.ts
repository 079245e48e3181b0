import type { DatabaseSync } from "node:sqlite";
import { chainHash, entryHash } from "@holdfast/protocol";
import { nodeDigest } from "#kernel";
import type { AuditCheckpointRow, AuditDraft, AuditRow, AuditStore } from "../administration.ts";
import type { StoreAccess } from "./access.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import { refuse } from "./refuse.ts";

/** Drafts as values of a command. */
export function encodeDrafts(drafts: readonly AuditDraft[]): Value[] {
  const values: Value[] = [drafts.length];
  for (const { at, text, openings } of drafts) values.push(at, text, openings);
  return values;
}

/** The rows that became of drafts: an answer names their places and hashes, one after another. */
export function placedRows(drafts: readonly AuditDraft[], answer: Answer): readonly AuditRow[] {
  // What `AuditActs` answers: three values for each draft.
  const places = answer as readonly Value[];
  return drafts.map((draft, index) => ({
    ...draft,
    seq: places[3 * index] as number,
    previousHash: places[3 * index + 1] as string,
    hash: places[3 * index + 2] as string,
  }));
}

/** Appends to the log, and cuts it at its front. */
export class AuditActs {
  readonly #head: Statement<readonly [size: number, hash: string]>;
  readonly #insert: Statement;
  readonly #advance: Statement;
  readonly #addCheckpoint: Statement;
  readonly #hasCheckpoint: Statement<readonly [number]>;
  readonly #moveFirst: Statement;
  readonly #prune: Statement;
  readonly #erase: Statement;

  constructor(db: DatabaseSync) {
    this.#head = prepare(db, "SELECT size, hash FROM audit_head WHERE only = 1");
    this.#insert = prepare(
      db,
      "INSERT INTO audit_entries (seq, at, text, openings, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#advance = prepare(db, "UPDATE audit_head SET size = ?, hash = ? WHERE only = 1");
    this.#addCheckpoint = prepare(
      db,
      "INSERT OR IGNORE INTO audit_checkpoints (size, at, note) VALUES (?, ?, ?)",
    );
    this.#hasCheckpoint = prepare(db, "SELECT 1 FROM audit_checkpoints WHERE size = ?");
    this.#moveFirst = prepare(db, "UPDATE audit_head SET first = ? WHERE only = 1");
    this.#prune = prepare(db, "DELETE FROM audit_entries WHERE seq <= ?");
    this.#erase = prepare(db, "UPDATE audit_entries SET openings = NULL WHERE seq = ?");
  }

  /** Gives each draft that the reader comes to its place. */
  append(reader: CommandReader): Value[] {
    // The table has its one row from the start.
    const [size, last] = this.#head.get() as readonly [number, string];
    let seq = size;
    let previous = last;
    const places: Value[] = [];
    for (let left = reader.number(); left > 0; left--) {
      const [at, text, openings] = [reader.number(), reader.text(), reader.textOrNull()];
      seq += 1;
      const hash = chainHash(previous, entryHash(text, nodeDigest), seq, nodeDigest);
      this.#insert.run(seq, at, text, openings, previous, hash);
      this.#advance.run(seq, hash);
      places.push(seq, previous, hash);
      previous = hash;
    }
    return places;
  }

  addCheckpoint(reader: CommandReader): Answer {
    this.#addCheckpoint.run(reader.number(), reader.number(), reader.text());
    return null;
  }

  prune(reader: CommandReader): Answer {
    const upTo = reader.number();
    if (this.#hasCheckpoint.get(upTo) === undefined)
      throw refuse(`Cannot prune the log up to entry ${upTo}: no checkpoint ends there.`);
    this.#moveFirst.run(upTo + 1);
    this.#prune.run(upTo);
    return this.append(reader);
  }

  eraseOpenings(reader: CommandReader): Answer {
    for (const seq of reader.list(() => reader.number())) this.#erase.run(seq);
    return this.append(reader);
  }
}

type EntryRow = readonly [
  seq: number,
  at: number,
  text: string,
  openings: string | null,
  previousHash: string,
  hash: string,
];

const SELECT_ENTRY = "SELECT seq, at, text, openings, previous_hash, hash FROM audit_entries";

export function createAuditStore(access: StoreAccess): AuditStore {
  const { db } = access;
  const after = prepare<EntryRow>(db, `${SELECT_ENTRY} WHERE seq > ? ORDER BY seq LIMIT ?`);
  const newest = prepare<EntryRow>(db, `${SELECT_ENTRY} WHERE seq < ? ORDER BY seq DESC LIMIT ?`);
  const head = prepare<readonly [size: number, hash: string, first: number]>(
    db,
    "SELECT size, hash, first FROM audit_head WHERE only = 1",
  );
  const checkpoints = prepare<readonly [size: number, at: number, note: string]>(
    db,
    "SELECT size, at, note FROM audit_checkpoints WHERE size > ? ORDER BY size LIMIT ?",
  );

  const append = async (
    drafts: readonly AuditDraft[],
    command: () => Command,
  ): Promise<readonly AuditRow[]> => placedRows(drafts, await access.act(command));

  return {
    append: (drafts) => append(drafts, () => [CommandKind.appendAudit, ...encodeDrafts(drafts)]),
    entries: (query) => access.read(() => after.all(query.after, query.limit).map(toRow)),
    newest: ({ before, limit }) =>
      access.read(() => newest.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(toRow)),
    head: () =>
      access.read(() => {
        // The table has its one row from the start.
        const [size, hash, first] = head.get() as readonly [number, string, number];
        return { size, hash, first };
      }),
    checkpoints: ({ after: size, limit } = { after: 0, limit: Number.MAX_SAFE_INTEGER }) =>
      access.read((): readonly AuditCheckpointRow[] =>
        checkpoints.all(size, limit).map(([covered, at, note]) => ({ size: covered, at, note })),
      ),
    async addCheckpoint({ size, at, note }) {
      await access.act(() => [CommandKind.addCheckpoint, size, at, note]);
    },
    prune: ({ upTo, audit }) =>
      append([audit], () => [CommandKind.pruneAudit, upTo, ...encodeDrafts([audit])]),
    eraseOpenings: (seqs, audit) =>
      append([audit], () => [CommandKind.eraseOpenings, seqs.length, ...seqs, ...encodeDrafts([audit])]),
  };
}

function toRow([seq, at, text, openings, previousHash, hash]: EntryRow): AuditRow {
  return { seq, at, text, openings, previousHash, hash };
}
