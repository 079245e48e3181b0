import type { LogLine } from "./line.ts";
import { nameOf, readEntry } from "./written-entry.ts";

const COLUMNS = [
  "seq",
  "at",
  "log",
  "action",
  "result",
  "reason",
  "actor_type",
  "actor_id",
  "actor_name",
  "key_id",
  "address",
  "user_agent",
  "request_id",
  "via",
  "targets",
  "changes",
  "hash",
] as const;

/** The names of the columns, as the first line. */
export function csvHeader(): string {
  return COLUMNS.map(csvField).join(",");
}

/** An entry as a line for a spreadsheet (RFC 4180), without its end. */
export function csvLine(line: Extract<LogLine, { kind: "entry" }>): string {
  const { action, actor, at, changes, context, reason, result, targets } = readEntry(line.entry);
  const values = {
    seq: String(line.seq),
    at,
    log: line.log,
    action,
    result,
    reason,
    actor_type: actor.type,
    actor_id: actor.id,
    actor_name: nameOf(actor.name_commitment, line.openings),
    key_id: actor.key_id,
    address: context.address,
    user_agent: context.user_agent,
    request_id: context.request_id,
    via: context.via,
    targets: targets.map(({ id, type }) => `${type} ${id}`).join("; "),
    changes: Object.keys(changes).length === 0 ? null : JSON.stringify(changes),
    hash: line.hash,
  } satisfies Record<(typeof COLUMNS)[number], string | null>;
  return COLUMNS.map((column) => csvField(values[column] ?? "")).join(",");
}

/**
 * A field, always in quotes. What a spreadsheet would take for a formula gets an apostrophe in front: strangers choose user
 * agents and names, and whoever opens the file must not compute what they wrote. White space in front hides nothing.
 */
export function csvField(value: string): string {
  const guarded = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]|^\s+[=+\-@]/u.test(value) ? `'${value}` : value;
  return `"${guarded.replaceAll('"', '""')}"`;
}
