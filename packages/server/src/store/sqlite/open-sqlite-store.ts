import { dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Log } from "#kernel";
import type { Store } from "../contract.ts";
import { StoreAccess } from "./access.ts";
import { createAdministrationStore } from "./administration.ts";
import { createAppStore } from "./apps.ts";
import { createAuditStore } from "./audit.ts";
import { createCancellationStore } from "./cancellations.ts";
import { createEventStore } from "./events.ts";
import { errorOf, failureOf } from "./failures.ts";
import { ensurePrivateFolder } from "./files.ts";
import type { CommitStats } from "./group-commit.ts";
import { GroupCommit } from "./group-commit.ts";
import type { OwnerLock } from "./lock.ts";
import { takeOwnerLock } from "./lock.ts";
import { openDatabase, openReadingConnection } from "./open.ts";
import { createHistoryStore } from "./history.ts";
import { createNonceStore } from "./nonces.ts";
import { createQueueStore } from "./queue.ts";
import { createRunStore } from "./runs.ts";
import { createScheduleStore } from "./schedules.ts";
import { scrub } from "./scrub.ts";
import { createTextStore } from "./texts.ts";
import { startThreadedWriter } from "./threaded-writer.ts";
import type { Writer } from "./writer.ts";
import { createInlineWriter } from "./writer.ts";
import type { OpenReport } from "./writer-protocol.ts";

/** Where the store lives: a folder of its own, a file, or `":memory:"`. */
export type SqliteLocation = { readonly dataDir: string } | { readonly path: string };

export type SqliteStoreOptions = SqliteLocation & {
  /** Write on this thread: repeatable, and slower. A store in memory is always inline. */
  readonly inline?: boolean;
  /** Whose data it is: written into a new file, and a file of another owner is refused. Not looked at when absent. */
  readonly owner?: string;
  /** Told when a file had to be checked, because it was not closed properly. */
  readonly log?: Log;
};

/** The embedded store. */
export interface SqliteStore extends Store {
  /** How much was asked for so far, and in how many commits it was done. */
  stats(): CommitStats;
}

/** Name of the data file in a data folder. */
const DATA_FILE = "holdfast.db";

/**
 * Opens the embedded store: one file, one process. Makes the folder and the file when they are missing.
 *
 * @throws HoldfastError `store_locked` when another process has it open, `schema_newer` or `schema_changed` when this
 *   version does not know its schema, `store_foreign` when the data is another owner's, `store_corrupt` when it was not closed properly and a check found damage,
 *   `store_failed` when the disk fails. The file is as it was then.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { owner = null } = options;
  const path = "path" in options ? options.path : join(options.dataDir, DATA_FILE);
  if (path === ":memory:") return assembleStore(openInline(path, owner), null);
  ensurePrivateFolder(dirname(path));
  const lock = takeOwnerLock(path);
  try {
    const opened = options.inline === true ? openInline(path, owner) : await openThreaded(path, owner);
    if (opened.report.wasChecked) {
      options.log?.warn({ path }, "the store was not closed properly; its file was checked and is whole");
    }
    return assembleStore(opened, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A writer with a connection to read by. */
interface Opened {
  readonly writer: Writer;
  readonly reading: DatabaseSync;
  /** The writer uses that very connection, and closes it. */
  readonly isShared: boolean;
  readonly report: OpenReport;
}

function openInline(path: string, owner: string | null): Opened {
  const { db, report } = openDatabase(path, owner);
  // One connection for both: between two batches there is no open transaction, and the other of two connections to
  // a store in memory would see another store.
  return { writer: createInlineWriter(db), reading: db, isShared: true, report };
}

async function openThreaded(path: string, owner: string | null): Promise<Opened> {
  const writer = await startThreadedWriter(path, owner);
  try {
    return { writer, reading: openReadingConnection(path), isShared: false, report: writer.report };
  } catch (error) {
    await writer.close();
    throw errorOf(failureOf(`open the store "${path}"`, error));
  }
}

/** Puts a store together from its parts. */
export function assembleStore(opened: Omit<Opened, "report">, lock: OwnerLock | null): SqliteStore {
  const { writer, reading } = opened;
  const commits = new GroupCommit(writer);
  const access = new StoreAccess(reading, commits);
  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    access.close();
    try {
      await commits.drain();
      // Before the writer's: the connection that closes last moves the log into the file.
      if (!opened.isShared) reading.close();
      await writer.close();
    } finally {
      lock?.release();
    }
  }

  return {
    events: createEventStore(access),
    runs: createRunStore(access),
    queue: createQueueStore(access),
    apps: createAppStore(access),
    schedules: createScheduleStore(access),
    cancellations: createCancellationStore(access),
    texts: createTextStore(access),
    history: createHistoryStore(access, async () => {
      await commits.drain();
      const path = reading.location();
      if (path !== null) scrub(path, opened.isShared ? reading : null);
    }),
    administration: createAdministrationStore(access),
    audit: createAuditStore(access),
    nonces: createNonceStore(access),
    stats: () => commits.stats,
    close: () => (closing ??= close()),
  };
}
