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

/**
 * Reads an exported log, JSON lines: a header, entries in order, checkpoints.
 *
 * @throws SyntaxError naming the line that is none of these
 */
export function readExport(text: string): ExportedLog {
  const entries: ExportedEntry[] = [];
  const checkpoints: string[] = [];
  let header: ExportHeader | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const value = parsed(line);
    if (value === null) throw new SyntaxError(`Line ${index + 1} is not a JSON object.`);
    if (header === null) {
      if (value["format"] !== "holdfast-audit/1")
        throw new SyntaxError(`Line ${index + 1} is not the header of an exported audit log.`);
      // What a header says is held against the entries, whoever wrote it.
      header = value as unknown as ExportHeader;
    } else if (typeof value["checkpoint"] === "string") checkpoints.push(value["checkpoint"]);
    else if (
      typeof value["seq"] === "number" &&
      typeof value["entry"] === "string" &&
      typeof value["hash"] === "string"
    )
      entries.push(value as unknown as ExportedEntry);
    else throw new SyntaxError(`Line ${index + 1} is neither an entry nor a checkpoint.`);
  }
  if (header === null) throw new SyntaxError("The file is empty.");
  return { header, entries, checkpoints };
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
