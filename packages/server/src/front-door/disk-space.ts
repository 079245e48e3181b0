import { statfs } from "node:fs";
import type { Clock, Log, Timer } from "#kernel";

/** How often the disk is looked at. */
const LOOK_MS = 5000;

/** Bytes that a disk has left above its reserve, as of a moment ago. */
export interface DiskSpace {
  /** Null while it is not known: some file systems do not tell. */
  spareBytes(): number | null;
  stop(): void;
}

export interface WatchedDisk {
  readonly folder: string;
  /** What is kept for work that was acknowledged. */
  readonly reserveBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Watches the disk on which a folder is. A database that finds no room fails in the middle of what it was doing: new work is
 * turned away before.
 */
export async function watchDisk({ clock, folder, log, reserveBytes }: WatchedDisk): Promise<DiskSpace> {
  let spare: number | null = null;
  let timer: Timer | null = null;
  let isStopped = false;

  const look = (): Promise<void> =>
    new Promise((resolve) =>
      statfs(folder, (error, stats) => {
        const wasLow = spare !== null && spare < 0;
        spare = error === null ? stats.bavail * stats.bsize - reserveBytes : null;
        const isLow = spare !== null && spare < 0;
        if (isLow && !wasLow)
          log.error({ spareBytes: spare }, "the disk is nearly full: no new events are taken");
        if (!isLow && wasLow) log.info({ spareBytes: spare }, "the disk has room again");
        if (!isStopped) timer = clock.after(LOOK_MS, () => void look());
        resolve();
      }),
    );
  await look();
  return {
    spareBytes: () => spare,
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}
