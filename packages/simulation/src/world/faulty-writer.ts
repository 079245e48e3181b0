import type { Writer } from "@holdfast/server/rooms";
import type { Faults } from "./faults.ts";
import type { SimulatedProcess } from "./process.ts";
import { never } from "./process.ts";
import type { Timeline } from "./timeline.ts";

export interface DiskWorld {
  readonly timeline: Timeline;
  readonly faults: Faults;
  /** What a commit takes when all is well. */
  readonly commitMs: number;
  /** The process dies at this very point. */
  crash(process: SimulatedProcess): void;
  /** A batch reached the disk. */
  committed(): void;
}

/** A slow disk takes at most so long. */
const SLOW_MS_MAX = 20_000;

/**
 * The way of one process to the disk. A batch may be lost with the process before it reaches the disk, reach it without
 * the process learning of it, take long, or fail as a whole because the disk is full.
 */
export function faultyWriter(inner: Writer, process: SimulatedProcess, world: DiskWorld): Writer {
  const { timeline, faults } = world;
  return {
    deathCause: null,
    execute(commands) {
      if (!process.isAlive) return never();
      if (faults.strike("crash-before-commit") !== null) {
        world.crash(process);
        return never();
      }
      const slow = faults.strike("disk-slow");
      const isFull = faults.strike("disk-full") !== null;
      const takesMs = world.commitMs + Math.round((slow ?? 0) * SLOW_MS_MAX);
      return new Promise((resolve) => {
        const commit = async (): Promise<void> => {
          if (!process.isAlive) return;
          const reply = isFull
            ? {
                answers: commands.map(() => null),
                failures: new Map(commands.map((_, position) => [position, DISK_FULL])),
                commits: 0,
              }
            : await inner.execute(commands);
          world.committed();
          if (faults.strike("crash-after-commit") !== null) {
            world.crash(process);
            return;
          }
          if (takesMs === 0) process.deliver(() => resolve(reply));
          else timeline.after(takesMs / 2, () => process.deliver(() => resolve(reply)));
        };
        if (takesMs === 0) void commit();
        else timeline.after(takesMs / 2, () => void commit());
      });
    },
    async close() {
      // The disk outlives the process.
    },
  };
}

const DISK_FULL = {
  code: "store_failed",
  message: "Cannot write to the store: database or disk is full.",
  cause: null,
} as const;
