import type { EnvironmentRecord } from "./contract.ts";

/** A branch nobody used for so long archives itself. */
export const ARCHIVE_AFTER_MS = 3 * 24 * 60 * 60 * 1000;

/** What is known of an environment's use. */
export interface EnvironmentUse {
  /** The newest event or registration, Unix ms; null when there never was one. */
  readonly lastUsedAt: number | null;
  /** Whether runs in it have not ended. */
  readonly isBusy: boolean;
}

/** Whether an environment archives itself now: nothing came in for long, and nothing in it is unfinished. */
export function shouldArchive(record: EnvironmentRecord, use: EnvironmentUse, now: number): boolean {
  if (record.archiveAfterMs === null || record.archivedAt !== null || use.isBusy) return false;
  return now - Math.max(record.createdAt, use.lastUsedAt ?? 0) >= record.archiveAfterMs;
}
