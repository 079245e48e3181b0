import type { CheckpointKey } from "./checkpoint.ts";
import type { Subtree } from "./merkle-tree.ts";
import type { Openings } from "./entry.ts";

/** The first line of an exported log. */
export interface ExportHeader {
  readonly format: "holdfast-audit/1";
  readonly log: string;
  readonly keys: readonly CheckpointKey[];
  /** The place of the first entry, the hash it hangs on, and the tree of what came before it. */
  readonly first: number;
  readonly previous_hash: string;
  readonly tree: readonly Subtree[];
}

/** An entry as a line: its text as it was hashed, its place, and what opens its names. */
export interface ExportedEntry {
  readonly seq: number;
  readonly hash: string;
  readonly entry: string;
  readonly openings?: Openings;
}

export interface ExportedLog {
  readonly header: ExportHeader;
  readonly entries: readonly ExportedEntry[];
  readonly checkpoints: readonly string[];
}

/** A log whose beginning may be in another file. */
export interface ReceivedLog extends Omit<ExportedLog, "header"> {
  readonly log: string;
  readonly header: ExportHeader | null;
}

/**
 * Reads one exported log, JSON lines or OCSF events: a header, entries in order, checkpoints.
 *
 * @throws SyntaxError naming the line that is none of these; for a file of several logs, or of none
 */
export function readExport(text: string): ExportedLog {
  const [received, ...others] = readLogs(text);
  if (received === undefined) throw new SyntaxError("The file is empty.");
  if (others.length > 0) throw new SyntaxError("The file holds several logs.");
  return wholeLog(received);
}

/** A log with its beginning. @throws SyntaxError when that is elsewhere */
export function wholeLog({ header, log, ...rest }: ReceivedLog): ExportedLog {
  if (header === null) throw new SyntaxError(`There is no header of the log of ${log}.`);
  return { header, ...rest };
}

interface Gathered {
  header: ExportHeader | null;
  readonly entries: ExportedEntry[];
  readonly checkpoints: Set<string>;
  /** By their place: those that came twice are few. */
  readonly known: Map<number, ExportedEntry[]>;
}

/**
 * Reads every log of a file, as exports and sinks write them: JSON lines or OCSF events, lines of several logs among each
 * other, some of them twice. A line that came twice counts once; two that differ are both kept, for the verifier to find. A line
 * that broke off counts as nothing when it was sent again in whole.
 *
 * @throws SyntaxError naming a line that is none of these
 */
export function readLogs(text: string): readonly ReceivedLog[] {
  const logs = new Map<string, Gathered>();
  const of = (log: string): Gathered => {
    const known = logs.get(log) ?? { header: null, entries: [], checkpoints: new Set(), known: new Map() };
    logs.set(log, known);
    return known;
  };
  let current: string | null = null;
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const value = parsed(line);
    if (value === null) {
      if (lines.some((other, at) => at > index && other.length > line.length && other.startsWith(line)))
        continue;
      throw new SyntaxError(`Line ${index + 1} is not a JSON object.`);
    }
    if (value["format"] === "holdfast-audit-test/1") continue;
    if (value["format"] === "holdfast-audit/1" && typeof value["log"] === "string") {
      // What a header says is held against the entries, whoever wrote it.
      of(value["log"]).header ??= value as unknown as ExportHeader;
      current = value["log"];
      continue;
    }
    const log = typeof value["log"] === "string" ? value["log"] : current;
    if (log === null) throw new SyntaxError(`Line ${index + 1} is not the header of an exported audit log.`);
    const { checkpoints, entries, known } = of(log);
    if (typeof value["checkpoint"] === "string") checkpoints.add(value["checkpoint"]);
    else if (
      typeof value["seq"] === "number" &&
      typeof value["entry"] === "string" &&
      typeof value["hash"] === "string"
    ) {
      const entry = value as unknown as ExportedEntry;
      const same = known.get(entry.seq) ?? [];
      if (same.some((other) => other.hash === entry.hash && other.entry === entry.entry)) continue;
      known.set(entry.seq, [...same, entry]);
      entries.push(entry);
    } else throw new SyntaxError(`Line ${index + 1} is neither an entry nor a checkpoint.`);
  }
  return [...logs].map(([log, { checkpoints, entries, header }]) => ({
    log,
    header,
    entries,
    checkpoints: [...checkpoints],
  }));
}

/** A line as its object; of an OCSF event, the line that it was made from. */
function parsed(line: string): Record<string, unknown> | null {
  const value = objectOf(line);
  const unmapped = value?.["unmapped"];
  if (typeof value?.["class_uid"] !== "number" || typeof unmapped !== "object") return value;
  const { raw_data: entry } = value;
  return { ...unmapped, ...(typeof entry === "string" ? { entry } : {}) };
}

function objectOf(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
