import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What a whole block device has done so far, for everybody on the machine. */
export interface DeviceCounters {
  /** Cache flushes: each is one durability barrier that reached the device. */
  readonly flushCount: number;
  readonly writtenBytes: number;
}

const NOT_AVAILABLE: DeviceCounters = { flushCount: Number.NaN, writtenBytes: Number.NaN };
const SECTOR_BYTES = 512;

/** Counts what the block device under a folder does; figures are NaN where the system does not tell. */
export function deviceCounters(folder: string): () => DeviceCounters {
  const { dev } = statSync(folder);
  // Linux packs a device number as in makedev(3); the low twelve bits of the major number are all there are in practice.
  const major = (dev >> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
  let device: string;
  try {
    device = realpathSync(`/sys/dev/block/${major}:${minor}`);
    // Flushes are counted for the whole disk, not for its partitions.
    if (statSync(`${device}/partition`, { throwIfNoEntry: false }) !== undefined) device = dirname(device);
    readFileSync(`${device}/stat`);
  } catch {
    return () => NOT_AVAILABLE;
  }
  return () => {
    const fields = readFileSync(`${device}/stat`, "utf8").trim().split(/\s+/).map(Number);
    return {
      flushCount: fields[15] ?? Number.NaN,
      writtenBytes: (fields[6] ?? Number.NaN) * SECTOR_BYTES,
    };
  };
}
