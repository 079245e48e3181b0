import { csvHeader, csvLine } from "./csv.ts";
import type { Openings } from "./entry.ts";
import type { ExportHeader } from "./export.ts";
import type { OcsfFacts } from "./ocsf.ts";
import { ocsfEvent } from "./ocsf.ts";
import { testMembers } from "./test-line.ts";

/** What leaves a log, one after another: how it begins, its entries in order, and checkpoints behind the entries they cover. */
export type LogLine =
  | { readonly kind: "header"; readonly header: ExportHeader }
  | {
      readonly kind: "entry";
      readonly log: string;
      readonly seq: number;
      readonly hash: string;
      readonly entry: string;
      readonly openings?: Openings;
    }
  | { readonly kind: "checkpoint"; readonly log: string; readonly checkpoint: string }
  /** Of no log: an operator looks whether lines arrive. `at`: Unix ms. */
  | { readonly kind: "test"; readonly sink: string; readonly at: number };

/** The forms in which a log is exported. Two of them can be verified; a table for people cannot. */
export const AUDIT_FORMATS = ["jsonl", "ocsf", "csv"] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** A line as text, without its end; null where a format has none for it. */
export function lineText(line: LogLine, format: AuditFormat, facts: OcsfFacts): string | null {
  switch (format) {
    case "jsonl":
      return jsonLine(line);
    case "ocsf":
      return JSON.stringify(ocsfEvent(line, facts));
    case "csv":
      if (line.kind === "header") return csvHeader();
      return line.kind === "entry" ? csvLine(line) : null;
  }
}

function jsonLine(line: LogLine): string {
  if (line.kind === "header") return JSON.stringify(line.header);
  if (line.kind === "test") return JSON.stringify(testMembers(line));
  const { kind: _kind, ...members } = line;
  return JSON.stringify(members);
}
