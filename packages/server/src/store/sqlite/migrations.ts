import { hash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import { FLOW } from "./migration-2.ts";
import { ADMINISTRATION } from "./migration-4.ts";
import { RETENTION } from "./migration-5.ts";
import { prepare } from "./statement.ts";

/**
 * The schema as a list of steps. A step that was released never changes: its checksum is recorded in every file
 * it touched. To change the schema, append a step.
 */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/*
 * Why the tables look as they do. A commit writes every page it touched, so the hot tables are laid out to touch
 * few: `journal` grows at its end whoever the run is, and a narrow index finds a run's entries. Keyed by run
 * instead, each of a hundred runs in a batch dirties a page of its own: measured, twice the bytes and two thirds
 * of the rate. Runs are known inside by `num`, an eighth of the size of their id.
 *
 * `queue_free` holds only items that nobody holds. Work that is taken at once, which is the usual case, never
 * enters it; what ends with a session is found by a scan, which is rare. `runs_by_status` leaves out completed
 * runs, which are most of them. Instants are Unix milliseconds.
 */
const INITIAL = `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE symbols (
  num INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE events (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  environment INTEGER NOT NULL,
  name TEXT NOT NULL,
  user_id TEXT,
  received_at INTEGER NOT NULL,
  ts INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_name ON events (environment, name, id);

CREATE TABLE idempotency_keys (
  function INTEGER NOT NULL,
  key TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (function, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  environment INTEGER NOT NULL,
  function INTEGER NOT NULL,
  function_version INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  queued_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  request_version INTEGER NOT NULL,
  force_plan INTEGER NOT NULL,
  pending TEXT,
  step_count INTEGER NOT NULL,
  state_bytes INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  journal_length INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_by_event ON runs (event_id);
CREATE INDEX runs_by_function ON runs (function, id);
CREATE INDEX runs_by_status ON runs (status, id) WHERE status <> 2;

CREATE TABLE journal (
  num INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  step_id TEXT,
  name TEXT,
  op TEXT,
  attempt INTEGER NOT NULL,
  queued_at INTEGER,
  started_at INTEGER,
  data TEXT
) STRICT;
CREATE UNIQUE INDEX journal_by_run ON journal (run, seq);

CREATE TABLE queue (
  run INTEGER NOT NULL,
  key TEXT NOT NULL,
  kind INTEGER NOT NULL,
  step_id TEXT,
  attempt INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  enqueued_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  session INTEGER,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_free ON queue (due_at) WHERE session IS NULL;

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  node TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE apps (
  id TEXT PRIMARY KEY NOT NULL,
  environment INTEGER NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  checksum TEXT NOT NULL,
  sdk TEXT,
  framework TEXT,
  app_version TEXT,
  synced_at INTEGER NOT NULL,
  error TEXT,
  UNIQUE (environment, name)
) STRICT;

CREATE TABLE functions (
  id TEXT PRIMARY KEY NOT NULL,
  app_id TEXT NOT NULL,
  environment INTEGER NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  config TEXT NOT NULL,
  archived_at INTEGER
) STRICT;
CREATE INDEX functions_by_app ON functions (app_id);
`;

/** What an app that registered before signs is not known: it says so when it registers again. */
const APP_SIGNATURES = `
ALTER TABLE apps ADD COLUMN signatures TEXT;
`;

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "initial", sql: INITIAL },
  { version: 2, name: "flow control, waits and schedules", sql: FLOW },
  { version: 3, name: "signatures of apps", sql: APP_SIGNATURES },
  { version: 4, name: "administration and its log", sql: ADMINISTRATION },
  { version: 5, name: "retention", sql: RETENTION },
];

/** SHA-256 of a migration's statements. */
export function migrationChecksum(migration: Migration): string {
  return hash("sha256", migration.sql, "hex");
}

/**
 * How far the schema of a file has come: the number of its latest migration, 0 for an empty file.
 * Refuses a file of a newer Holdfast (`schema_newer`) and one whose past is not ours (`schema_changed`).
 */
export function schemaVersion(db: DatabaseSync, path: string, migrations: readonly Migration[]): number {
  const hasHistory = prepare<readonly [number]>(
    db,
    "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'",
  ).get();
  if (hasHistory?.[0] !== 1) return 0;
  const applied = prepare<readonly [version: number, name: string, checksum: string]>(
    db,
    "SELECT version, name, checksum FROM schema_migrations ORDER BY version",
  ).all();
  for (const [version, name, checksum] of applied) {
    const known = migrations.find((migration) => migration.version === version);
    if (known === undefined) {
      throw new HoldfastError(
        "schema_newer",
        `Cannot open the store "${path}": its schema has migration ${version} "${name}", ` +
          `and this version of Holdfast knows none past ${migrations.at(-1)?.version ?? 0}.`,
      );
    }
    if (checksum !== migrationChecksum(known)) {
      throw new HoldfastError(
        "schema_changed",
        `Cannot open the store "${path}": migration ${version} "${name}" was applied to it in another form ` +
          `(checksum ${checksum}) than this version of Holdfast has.`,
      );
    }
  }
  return applied.at(-1)?.[0] ?? 0;
}

/** Applies what is missing, each migration in a transaction of its own. */
export function migrate(db: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  db.exec(`CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL
  ) STRICT`);
  const from = schemaVersion(db, path, migrations);
  const record = prepare(db, "INSERT INTO schema_migrations (version, name, checksum) VALUES (?, ?, ?)");
  for (const migration of migrations) {
    if (migration.version <= from) continue;
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(migration.sql);
      record.run(migration.version, migration.name, migrationChecksum(migration));
      db.exec("COMMIT");
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  }
}
