/** A part of a report: a heading, and rows of text under columns. */
export interface Table {
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What an auditor is given: facts of an installation at an instant, and what they do not show. */
export interface AuditorsReport {
  readonly title: string;
  readonly tables: readonly Table[];
  /** What whoever reads it should know of where it came from and of what it cannot know. */
  readonly notes: readonly string[];
}

/** How a cell says that there is nothing. */
export const NOTHING = "-";

/** A day of a table: when in the day it was rarely matters, and the whole instant is in the log. */
export function dayOf(at: string | null): string {
  return at === null ? NOTHING : at.slice(0, "2026-01-01".length);
}

/** Whole days between an instant and now. */
export function daysSince(at: string, now: number): number {
  return Math.floor((now - Date.parse(at)) / 86_400_000);
}
