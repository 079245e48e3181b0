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
}

/** A slow disk takes at most so long. */
const SLOW_MS_MAX = 20_000;

/** What a commit fails with on a full disk. */
export const DISK_FULL = {
  code: "store_failed",
  message: "Cannot write to the store: database or disk is full.",
  cause: null,
} as const;

/**
 * The way of one batch to the disk. It may be lost with the process before it reaches the disk, reach it without the
 * process learning of it, take long, or fail as a whole because the disk is full.
 *
 * @param commit makes the commit, or with `isFull` the answer of a disk that has no room for it
 */
export function faultyCommit<Reply>(
  process: SimulatedProcess,
  world: DiskWorld,
  commit: (isFull: boolean) => Promise<Reply>,
): Promise<Reply> {
  const { timeline, faults } = world;
  if (!process.isAlive) return never();
  if (faults.strike("crash-before-commit") !== null) {
    world.crash(process);
    return never();
  }
  const slow = faults.strike("disk-slow");
  const isFull = faults.strike("disk-full") !== null;
  const takesMs = world.commitMs + Math.round((slow ?? 0) * SLOW_MS_MAX);
  return new Promise((resolve) => {
    const begin = async (): Promise<void> => {
      if (!process.isAlive) return;
      const reply = await commit(isFull);
      if (faults.strike("crash-after-commit") !== null) {
        world.crash(process);
        return;
      }
      if (takesMs === 0) process.deliver(() => resolve(reply));
      else timeline.after(takesMs / 2, () => process.deliver(() => resolve(reply)));
    };
    if (takesMs === 0) void begin();
    else timeline.after(takesMs / 2, () => void begin());
  });
}
