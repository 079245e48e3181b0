import { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import { ensurePrivateFile } from "./files.ts";

/** Held for as long as the store is open. */
export interface OwnerLock {
  release(): void;
}

/**
 * Makes this process the only owner of a data file, for as long as it lives: an exclusive transaction on a small
 * SQLite file beside it. The operating system ends such a lock with its process, however that ends, so there is
 * never a stale one to remove, as there would be with a file that names a process.
 *
 * @throws HoldfastError `store_locked`
 */
export function takeOwnerLock(path: string): OwnerLock {
  const lockPath = `${path.replace(/\.db$/, "")}.lock`;
  // Opening and closing a lock file by other means would end the lock of another store in this very process
  // (POSIX locks belong to processes): this only makes the file when it is missing.
  ensurePrivateFile(lockPath);
  const db = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    throw new HoldfastError(
      "store_locked",
      `Cannot open the store "${path}": another process holds its lock "${lockPath}".`,
      { cause: error },
    );
  }
  return { release: () => db.close() };
}
