import type { Store } from "@holdfast/server/rooms";
import { createMemoryDisk, openDisk } from "@holdfast/server/rooms";
import type { DiskWorld } from "./faulty-commit.ts";
import { faultyStore } from "./faulty-store.ts";
import { faultyWriter } from "./faulty-writer.ts";
import type { SimulatedProcess } from "./process.ts";

/** What outlives the processes of a world: its store, to which each of them has a way of its own. */
export interface SimulatedDisk {
  /** A way by which nothing goes wrong, for looking. */
  readonly observer: Store;
  /** A process opens the store: whatever earlier processes held is free. */
  takeOver(process: SimulatedProcess, world: DiskWorld): Store;
  /** A further process uses the store beside the one that opened it. */
  join(process: SimulatedProcess, world: DiskWorld): Store;
  close(): void;
}

/** In place of a path: the store that is nothing but maps. */
export const MODEL = "model";

/** The embedded store, in a file or in `":memory:"`. */
export function sqliteDisk(path: string): SimulatedDisk {
  const disk = openDisk(path);
  return {
    observer: disk.join((writer) => writer),
    takeOver: (process, world) => disk.takeOver((writer) => faultyWriter(writer, process, world)),
    join: (process, world) => disk.join((writer) => faultyWriter(writer, process, world)),
    close: () => disk.close(),
  };
}

/** The store that is nothing but maps. */
export function modelDisk(): SimulatedDisk {
  const disk = createMemoryDisk();
  return {
    observer: disk.join(),
    takeOver: (process, world) => faultyStore(disk.takeOver(), process, world),
    join: (process, world) => faultyStore(disk.join(), process, world),
    close: () => undefined,
  };
}
