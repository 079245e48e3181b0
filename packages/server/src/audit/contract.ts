import type { AuditAct, AuditFormat, Authority, CheckpointKey, LogVerdict } from "@holdfast/protocol";
import type { AuditCheckpointRow, AuditDraft, AuditRow } from "#store";
import type { LogReader } from "./log-reader.ts";

/** Writes acts in the form in which they enter a log. What commits an act takes the draft along in the same commit. */
export interface AuditDrafter {
  draft(act: AuditAct): AuditDraft;
}

/** The log of one store. */
export interface AuditLog extends AuditDrafter {
  /** Which log: the name of its environment, or `installation`. */
  readonly name: string;
  /**
   * Notes what changed nothing that is stored: a refusal, an export. Many equal refusals within a minute become one entry with
   * their number. Never fails: what cannot be written is in the server's own log.
   */
  note(act: AuditAct): void;
}

/** Which entries are asked for, newest first. */
export interface AuditQuery {
  readonly before: number | null;
  readonly limit: number;
  readonly action?: string;
  readonly actor?: string;
}

/** What operators and auditors do with a log. */
export interface AuditAdministration {
  list(query: AuditQuery): Promise<readonly AuditRow[]>;
  /** The log line by line, by default as JSON lines. Notes the export first, so that it is in it. */
  export(by: Authority, format?: AuditFormat): AsyncIterable<string>;
  /** The log as sinks read it. */
  readonly reader: LogReader;
  /** The same without the note, for the verifier. */
  verify(): Promise<LogVerdict>;
  /** Signs how long the log is now; null when that was signed already. */
  checkpoint(): Promise<AuditCheckpointRow | null>;
  checkpoints(): Promise<readonly AuditCheckpointRow[]>;
  /** The keys that sign checkpoints, the current one first. */
  keys(): readonly CheckpointKey[];
  /** Removes entries up to a checkpoint that are older than so long, and none behind `sizeMax`; how many. */
  prune(by: Authority, olderThanMs: number, sizeMax?: number): Promise<number>;
  /** Writes what is held back, and stops. */
  close(): Promise<void>;
}
