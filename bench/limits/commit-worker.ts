/** The thread that owns the database: one transaction per message, flushed before it answers. */
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { LogRow } from "./commit-log.ts";

// Set by commit-log.ts, the only one who starts this worker.
const { path } = workerData as { path: string };
const database = new DatabaseSync(path);
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
database.exec("CREATE TABLE record (id INTEGER PRIMARY KEY, run TEXT, kind TEXT, body TEXT) STRICT;");
const insert = database.prepare("INSERT INTO record (run, kind, body) VALUES (?, ?, ?)");

parentPort?.on("message", (rows: readonly LogRow[]) => {
  database.exec("BEGIN IMMEDIATE");
  for (const row of rows) insert.run(row[0], row[1], row[2]);
  database.exec("COMMIT");
  parentPort?.postMessage(null);
});
