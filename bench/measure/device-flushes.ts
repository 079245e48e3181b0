import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Counts the cache flushes of the block device a folder lies on; null where the system does not tell. */
export function flushCounter(folder: string): (() => number) | null {
  const { dev } = statSync(folder);
  // Linux packs a device number as in makedev(3); the low twelve bits of the major number are all there are in practice.
  const major = (dev >> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
  let device: string;
  try {
    device = realpathSync(`/sys/dev/block/${major}:${minor}`);
    // Flushes are counted for the whole disk, not for its partitions.
    if (statSync(`${device}/partition`, { throwIfNoEntry: false }) !== undefined) device = dirname(device);
  } catch {
    return null;
  }
  const read = (): number => Number(readFileSync(`${device}/stat`, "utf8").trim().split(/\s+/)[15] ?? Number.NaN);
  return Number.isNaN(read()) ? null : read;
}
