import type { EventId } from "@holdfast/protocol";
import type { Cause } from "../records.ts";

/** A cause as a column: its kind's letter, then the event's id or the memo. */
export const eventCause = (id: string): string => `e${id}`;
export const memoCause = (memo: string): string => `m${memo}`;

export function toCause(column: string | null): Cause | null {
  if (column === null) return null;
  const text = column.slice(1);
  // The column is only ever written by the two above, the first from the id of a stored event.
  return column.startsWith("e") ? { kind: "event", eventId: text as EventId } : { kind: "memo", memo: text };
}
