import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import { prepare } from "./statement.ts";

/** The migration from which on a file says whose it is. */
export const OWNED_SINCE = 4;

/**
 * Refuses the data of another owner: a folder that was copied or named by mistake must not serve one environment's rows to
 * those who have the keys of another.
 *
 * @throws HoldfastError `store_foreign`
 */
export function checkOwner(db: DatabaseSync, path: string, owner: string): void {
  const found = prepare<readonly [string]>(db, "SELECT name FROM owner WHERE only = 1").get()?.[0];
  if (found === undefined || found === owner) return;
  throw new HoldfastError(
    "store_foreign",
    `Cannot open the store "${path}" for "${owner}": its data is that of "${found}".`,
  );
}

/** Writes into a file whose it is, where it does not say yet. */
export function takeOwnership(db: DatabaseSync, owner: string): void {
  prepare(db, "INSERT OR IGNORE INTO owner (only, name) VALUES (1, ?)").run(owner);
}
