import { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import { prepare } from "./statement.ts";

/** How long the writer's commit that is under way is waited for; the event loop waits along. */
const WAIT_MS = 2000;

/**
 * Moves the log into the file and cuts it to nothing: with `secure_delete` the file has zeros where something was removed,
 * and the log was the last to know it.
 *
 * @param db the connection that writes, where it is on this thread; null makes one for this
 * @throws HoldfastError `store_failed` when somebody else reads the file for longer
 */
export function scrub(path: string, db: DatabaseSync | null): void {
  const own = db ?? new DatabaseSync(path, { timeout: WAIT_MS });
  try {
    const [isBusy] = prepare<readonly [number]>(own, "PRAGMA wal_checkpoint(TRUNCATE)").get() ?? [0];
    if (isBusy === 1)
      throw new HoldfastError(
        "store_failed",
        "Cannot clear the store's log of what was removed: it is in use.",
      );
  } finally {
    if (db === null) own.close();
  }
}
