import { statfs } from "node:fs/promises";
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
  /** Bytes that are free where a folder is; null when it cannot be told. Asks the file system when absent. */
  readonly freeBytes?: (folder: string) => Promise<number | null>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Watches the disk on which a folder is. A database that finds no room fails in the middle of what it was doing: new work is
 * turned away before.
 */
export async function watchDisk({
  clock,
  folder,
  freeBytes = freeBytesOf,
  log,
  reserveBytes,
}: WatchedDisk): Promise<DiskSpace> {
  let spare: number | null = null;
  let timer: Timer | null = null;
  let isStopped = false;

  async function look(): Promise<void> {
    const wasLow = isLow(spare);
    const free = await freeBytes(folder);
    spare = free === null ? null : free - reserveBytes;
    if (isLow(spare) && !wasLow)
      log.error({ spareBytes: spare }, "the disk is nearly full: no new events are taken");
    if (!isLow(spare) && wasLow) log.info({ spareBytes: spare }, "the disk has room again");
    if (!isStopped) timer = clock.after(LOOK_MS, () => void look());
  }
  await look();
  return {
    spareBytes: () => spare,
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}

function isLow(spare: number | null): boolean {
  return spare !== null && spare < 0;
}

async function freeBytesOf(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // Not every file system tells.
    return null;
  }
}
