import { parentPort, workerData } from "node:worker_threads";
import { executeBatch, prepareWriter } from "./execute.ts";
import { failureOf } from "./failures.ts";
import { closeDatabase, openDatabase } from "./open.ts";
import type { FromWriter, ToWriter, WriterStart } from "./writer-protocol.ts";

/**
 * The thread that writes. It owns the one writing connection, so that neither SQLite nor the disk ever holds up the
 * event loop that talks to the world. Everything in it is synchronous; messages are its only clock.
 */
const port = parentPort;
if (port === null) throw new Error("Cannot run the store's writer: it is not a worker thread.");

const say = (message: FromWriter): void => port.postMessage(message);

try {
  // Nobody but `startWriterThread` starts this file.
  const { owner, path } = workerData as WriterStart;
  const { db, report } = openDatabase(path, owner);
  const statements = prepareWriter(db);
  port.on("message", (message: ToWriter) => {
    if (message !== "close") {
      say({ kind: "done", reply: executeBatch(db, statements, message) });
      return;
    }
    try {
      closeDatabase(db);
      say({ kind: "closed" });
    } catch (error) {
      say({ kind: "failed", failure: failureOf("close the store", error) });
    }
    port.close();
  });
  say({ kind: "opened", report });
} catch (error) {
  say({ kind: "failed", failure: failureOf("open the store", error) });
  port.close();
}
