import { beginOwnership, openDatabase } from "./open.ts";
import type { SqliteStore } from "./open-sqlite-store.ts";
import { assembleStore } from "./open-sqlite-store.ts";
import type { Writer } from "./writer.ts";
import { createInlineWriter } from "./writer.ts";

/** A database that outlives the processes that use it, as a disk does. */
export interface Disk {
  /** A process opens the store: whatever earlier processes held is free. */
  takeOver(through: (writer: Writer) => Writer): SqliteStore;
  /** A further process uses the store beside the one that opened it; both share the writer, as nodes share a server. */
  join(through: (writer: Writer) => Writer): SqliteStore;
  close(): void;
}

/**
 * A store for simulations: everything runs on this thread and in this turn, and each process reaches the writer through
 * a wrapper of its own, which may delay, refuse or cut off what passes. `path` is a file, or `":memory:"`.
 */
export function openDisk(path: string): Disk {
  const { db } = openDatabase(path);
  let writer = createInlineWriter(db);
  const assemble = (through: (writer: Writer) => Writer): SqliteStore =>
    assembleStore({ writer: through(writer), reading: db, isShared: true }, null);
  return {
    takeOver(through) {
      beginOwnership(db);
      // A new one: what the last process remembered of the tables died with it.
      writer = createInlineWriter(db);
      return assemble(through);
    },
    join: assemble,
    close: () => db.close(),
  };
}
