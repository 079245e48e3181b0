import type { ExportHeader, LogLine } from "@holdfast/protocol";
import type { AuditCheckpointRow, AuditRow } from "#store";
import type { SinkPlace } from "./contract.ts";

/** Most entries that are read for one batch. */
export const BATCH_ENTRIES_MAX = 500;
/** A batch that holds an entry already takes no further one past this. */
const BATCH_CHARS_MAX = 512 * 1024;

/** What is known of a log when its next batch is made. */
export interface LogState {
  readonly name: string;
  readonly head: { readonly size: number; readonly hash: string; readonly first: number };
  /** How far the sink has come; null when it has nothing yet. */
  readonly place: SinkPlace | null;
  /** How the log begins now. Needed when the sink has nothing yet. */
  readonly header: ExportHeader | null;
  /** Entries behind the place, oldest first. */
  readonly rows: readonly AuditRow[];
  /** Checkpoints larger than the place's, the smallest first. */
  readonly checkpoints: readonly AuditCheckpointRow[];
}

/**
 * `lines`: what goes next, and where the sink is then. `begin`: it must begin anew, because retention went past it.
 * `rewritten`: the log is not the one that was sent so far; nothing more of it goes out.
 */
export type NextBatch =
  | { readonly kind: "nothing" }
  | { readonly kind: "begin" }
  | { readonly kind: "rewritten"; readonly words: string }
  | { readonly kind: "lines"; readonly lines: readonly LogLine[]; readonly place: SinkPlace };

/**
 * What of a log a sink gets next: its entries in order, and each checkpoint behind the entries that it covers. What was sent is
 * held against what is there: a log that was cut or written anew does not go out as if nothing had happened. Names of
 * people stay here, where they can be erased.
 */
export function nextBatch({ checkpoints, head, header, name, place, rows }: LogState): NextBatch {
  const start = place ?? (header === null ? null : startOf(header));
  if (start === null || head.first > start.seq + 1) return { kind: "begin" };
  const fault = faultOf(head, start, rows[0]);
  if (fault !== null)
    return { kind: "rewritten", words: `the log of ${name} is not the one that was sent: ${fault}` };
  const lines: LogLine[] = place === null && header !== null ? [{ kind: "header", header }] : [];
  const waiting = [...checkpoints];
  let { checkpoint, hash, seq } = start;
  const sign = (): void => {
    for (let [next] = waiting; next !== undefined && next.size <= seq; [next] = waiting) {
      lines.push({ kind: "checkpoint", log: name, checkpoint: next.note });
      checkpoint = next.size;
      waiting.shift();
    }
  };
  sign();
  let chars = 0;
  for (const row of rows.slice(0, BATCH_ENTRIES_MAX)) {
    chars += row.text.length;
    if (seq > start.seq && chars > BATCH_CHARS_MAX) break;
    lines.push({ kind: "entry", log: name, seq: row.seq, hash: row.hash, entry: row.text });
    ({ hash, seq } = row);
    sign();
  }
  return lines.length === 0
    ? { kind: "nothing" }
    : { kind: "lines", lines, place: { seq, hash, checkpoint } };
}

function startOf({ first, previous_hash: hash }: ExportHeader): SinkPlace {
  return { seq: first - 1, hash, checkpoint: first - 1 };
}

function faultOf(head: LogState["head"], start: SinkPlace, next: AuditRow | undefined): string | null {
  if (head.size < start.seq) return `it ends with entry ${head.size}, and entry ${start.seq} went out`;
  if (next === undefined)
    return head.size === start.seq && head.hash !== start.hash ? `entry ${start.seq} is another one` : null;
  if (next.seq !== start.seq + 1) return `entry ${start.seq + 1} is missing`;
  return next.previousHash === start.hash ? null : `entry ${start.seq} is another one`;
}
