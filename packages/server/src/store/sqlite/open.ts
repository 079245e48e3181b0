import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { ensurePrivateFile } from "./files.ts";
import { APPLICATION_ID, checkContent, checkHeader, checking, isOurs, wasLeftOpen } from "./integrity.ts";
import { CHECKPOINT_PAGES, LOCK_WAIT_MS, PAGE_CACHE_KIB, WAL_KEPT_BYTES } from "./limits.ts";
import { checkOwner, OWNED_SINCE, takeOwnership } from "./owner.ts";
import { MIGRATIONS, migrate, schemaVersion } from "./migrations.ts";
import type { OpenReport } from "./writer-protocol.ts";

/**
 * Opens the writing connection: refuses what is damaged, foreign or newer before anything is written, brings the
 * schema up to date, frees what earlier processes held. The caller holds the owner's lock, which proves them dead.
 *
 * @throws HoldfastError `store_foreign`, `store_corrupt`, `schema_newer`, `schema_changed`, `store_failed`
 */
export function openDatabase(
  path: string,
  owner: string | null = null,
): { readonly db: DatabaseSync; readonly report: OpenReport } {
  const isFile = path !== ":memory:";
  const isNew = !isFile || !existsSync(path);
  if (isFile) ensurePrivateFile(path);
  const wasChecked = !isNew && inspect(path, owner);
  return checking(path, () => {
    const db = new DatabaseSync(path, { enableForeignKeyConstraints: false, timeout: LOCK_WAIT_MS });
    try {
      configure(db);
      migrate(db, path, MIGRATIONS);
      if (owner !== null) takeOwnership(db, owner);
      beginOwnership(db);
    } catch (error) {
      db.close();
      throw error;
    }
    return { db, report: { wasChecked } };
  });
}

/** Lets go of the file in good order: the next start need not check it. */
export function closeDatabase(db: DatabaseSync): void {
  try {
    db.exec("DELETE FROM meta WHERE key = 'open'");
  } finally {
    // The last connection to close moves the log into the file and removes it.
    db.close();
  }
}

/** A second connection, for reading. In WAL mode it sees every commit made before its statement began. */
export function openReadingConnection(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: LOCK_WAIT_MS });
  db.exec(`PRAGMA cache_size = -${PAGE_CACHE_KIB}; PRAGMA temp_store = MEMORY`);
  return db;
}

/**
 * Looks at an existing file through a connection that cannot write: not even the log is moved into a file that is
 * then refused. Returns whether the content was checked, because the last stop was not clean.
 */
function inspect(path: string, owner: string | null): boolean {
  return checking(path, () => {
    const db = new DatabaseSync(path, { readOnly: true, timeout: LOCK_WAIT_MS });
    try {
      checkHeader(db, path);
      const version = schemaVersion(db, path, MIGRATIONS);
      if (owner !== null && version >= OWNED_SINCE) checkOwner(db, path, owner);
      if (version === 0 || !wasLeftOpen(db)) return false;
      checkContent(db, path, version === MIGRATIONS.at(-1)?.version);
      return true;
    } finally {
      db.close();
    }
  });
}

function configure(db: DatabaseSync): void {
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = OFF;
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -${PAGE_CACHE_KIB};
    PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
  `);
  // Only once: to set it is to write, and a file that is merely opened again need not be written for it.
  if (!isOurs(db)) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
}

/** From here on the file is open, which only `closeDatabase` takes back; all earlier sessions are over. */
export function beginOwnership(db: DatabaseSync): void {
  db.exec(`
    BEGIN IMMEDIATE;
    INSERT OR REPLACE INTO meta (key, value) VALUES ('open', 1);
    DELETE FROM sessions;
    UPDATE queue SET session = NULL WHERE session IS NOT NULL;
    COMMIT;
  `);
}
