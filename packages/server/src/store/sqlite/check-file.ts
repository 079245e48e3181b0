import { DatabaseSync } from "node:sqlite";
import { isHoldfastError } from "@holdfast/protocol";
import { checkContent, checkHeader, checking } from "./integrity.ts";
import { LOCK_WAIT_MS } from "./limits.ts";
import { takeOwnerLock } from "./lock.ts";
import { MIGRATIONS, schemaVersion } from "./migrations.ts";

/** What became of looking at a data file. */
export type StoreCheck = "whole" | "in use" | { readonly fault: string };

/** Looks whether a data file is whole: its structure, and the rules of the domain. Changes nothing of it. */
export function checkStoreFile(path: string): StoreCheck {
  try {
    // Whoever has it open has looked at it, and it would change while we look.
    const lock = takeOwnerLock(path);
    try {
      checking(path, () => {
        const db = new DatabaseSync(path, { readOnly: true, timeout: LOCK_WAIT_MS });
        try {
          checkHeader(db, path);
          const version = schemaVersion(db, path, MIGRATIONS);
          if (version > 0) checkContent(db, path, version === MIGRATIONS.at(-1)?.version);
        } finally {
          db.close();
        }
      });
      return "whole";
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    return error.code === "store_locked" ? "in use" : { fault: error.message };
  }
}
