import type { Writer } from "@holdfast/server/rooms";
import type { DiskWorld } from "./faulty-commit.ts";
import { DISK_FULL, faultyCommit } from "./faulty-commit.ts";
import type { SimulatedProcess } from "./process.ts";

/** The writer as one process reaches it: its batches go the way of `faultyCommit`. */
export function faultyWriter(inner: Writer, process: SimulatedProcess, world: DiskWorld): Writer {
  return {
    deathCause: null,
    execute: (commands) =>
      faultyCommit(process, world, async (isFull) =>
        isFull
          ? {
              answers: commands.map(() => null),
              failures: new Map(commands.map((_, position) => [position, DISK_FULL])),
              commits: 0,
            }
          : inner.execute(commands),
      ),
    async close() {
      // The disk outlives the process.
    },
  };
}
