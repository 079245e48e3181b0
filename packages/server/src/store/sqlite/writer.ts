import type { DatabaseSync } from "node:sqlite";
import type { BatchReply, Command } from "./commands.ts";
import { executeBatch, prepareWriter } from "./execute.ts";
import { closeDatabase } from "./open.ts";

/** Whoever does the acts: a thread of its own, or this one. One batch at a time. */
export interface Writer {
  /** Why it is gone, or null while it is there. */
  readonly deathCause: Error | null;
  /** Does a batch. Rejects only when the writer is gone: what became of the batch is unknown then. */
  execute(commands: readonly Command[]): Promise<BatchReply>;
  /** Notes that the stop was clean and lets go of the file. */
  close(): Promise<void>;
}

/** A writer on this thread: repeatable to the turn, for simulations and for stores in memory. Blocks on the disk. */
export function createInlineWriter(db: DatabaseSync): Writer {
  const statements = prepareWriter(db);
  return {
    deathCause: null,
    // A turn later, so that callers of the batch before are answered before this one blocks.
    execute: (commands) => Promise.resolve().then(() => executeBatch(db, statements, commands)),
    async close() {
      closeDatabase(db);
    },
  };
}
