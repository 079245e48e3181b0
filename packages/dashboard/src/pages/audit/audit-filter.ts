import { AUDIT_ACTIONS } from "@holdfast/protocol";
import { readTexts } from "../../search.ts";

/** What of a log is shown, as the address says it. */
export interface AuditFilter {
  /** Name of an environment; the installation's own log when absent. */
  readonly log?: string | undefined;
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  /** `verify`: the log is held against itself; its entries when absent. */
  readonly view?: string | undefined;
  /** The entry that is unfolded, by its place. */
  readonly open?: string | undefined;
}

/** Pure. */
export function readAuditFilter(search: Readonly<Record<string, unknown>>): AuditFilter {
  return readTexts(search, "log", "view", "action", "actor", "open");
}

/** Entries of a page. */
export const PAGE_SIZE = 50;

/** The query by which the server gives a page of entries, newest first. Pure. */
export function auditQuery(
  { action, actor }: AuditFilter,
  before: number | null,
): Readonly<Record<string, string>> {
  return {
    limit: String(PAGE_SIZE),
    ...(before === null ? {} : { before: String(before) }),
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actor }),
  };
}

/** Every action that a log can hold, by name. */
export const ACTIONS: readonly string[] = Object.keys(AUDIT_ACTIONS).toSorted();

/** `event_key.revoked` as people say it: `Event key revoked`. Pure. */
export function actionWords(action: string): string {
  const words = action.replaceAll(/[._]/g, " ");
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
