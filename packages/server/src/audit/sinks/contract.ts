import type { Authority } from "@holdfast/protocol";

export const SINK_KINDS = ["file", "syslog", "https"] as const;
export type SinkKind = (typeof SINK_KINDS)[number];

/** Forms that a receiver can verify. */
export const SINK_FORMATS = ["jsonl", "ocsf"] as const;
export type SinkFormat = (typeof SINK_FORMATS)[number];

/** What an operator says of a sink. */
export interface SinkSettings {
  readonly name: string;
  readonly kind: SinkKind;
  /** A path, `tls://host:port` or `tcp://host:port`, or an https URL. */
  readonly target: string;
  readonly format: SinkFormat;
}

/** A sink as it is kept. */
export interface SinkRecord extends SinkSettings {
  /** What signs batches over https, sealed by the vault; null for other kinds. */
  readonly secret: string | null;
  readonly createdAt: number;
}

/** How far a sink has come in one log: its last entry with its hash, and the largest checkpoint. */
export interface SinkPlace {
  readonly seq: number;
  readonly hash: string;
  readonly checkpoint: number;
}

/** What is noted of a sink, so that it goes on after a restart. */
export interface SinkProgress {
  readonly places: Readonly<Record<string, SinkPlace>>;
  /** Since when, and why it does not take what it is sent. */
  readonly failing: { readonly since: number; readonly error: string } | null;
  readonly deliveredAt: number | null;
}

/** A line for a sink, in the format it wants. */
export interface SinkLine {
  readonly text: string;
  /** Unix ms: of an entry, when it was made. */
  readonly at: number;
  readonly isRefusal: boolean;
  /** What it is about: an action, `header`, `checkpoint` or `test`. */
  readonly about: string;
}

/** Lines that go together; each batch is of one log. */
export interface SinkBatch {
  /** The same when the same lines are sent again. */
  readonly id: string;
  readonly lines: readonly SinkLine[];
}

/** A way to bring lines elsewhere. */
export interface SinkTransport {
  /** Null when the receiver has every line; otherwise why that is not known, in a sentence without secrets. Never throws. */
  send(batch: SinkBatch, signal: AbortSignal): Promise<string | null>;
}

/** A sink, and how it stands. */
export interface SinkView extends SinkSettings {
  readonly id: string;
  readonly createdAt: number;
  readonly failing: SinkProgress["failing"];
  readonly deliveredAt: number | null;
  /** How many entries it has not got yet, in all logs and in each. */
  readonly behind: number;
  readonly logs: readonly { readonly log: string; readonly seq: number; readonly behind: number }[];
}

/** What operators do with sinks. Every log of the installation goes to each of them. */
export interface AuditSinkAdministration {
  list(): Promise<readonly SinkView[]>;
  /**
   * `secret`: what signs the batches, of an https sink; in this answer and in no other.
   *
   * @throws HoldfastError `request_invalid`, `conflict`
   */
  create(
    by: Authority,
    settings: SinkSettings,
  ): Promise<{ readonly sink: SinkView; readonly secret: string | null }>;
  /** With another target it begins anew, for whoever receives there. @throws HoldfastError `not_found`, `request_invalid` */
  change(by: Authority, id: string, settings: Partial<Omit<SinkSettings, "kind">>): Promise<SinkView>;
  /** Has the entry that says so delivered, if it can. @throws HoldfastError `not_found` */
  remove(by: Authority, id: string): Promise<void>;
  /** Sends one line that is no entry; null when it arrived. @throws HoldfastError `not_found` */
  test(by: Authority, id: string): Promise<string | null>;
}

/** The sinks of an installation. */
export interface AuditSinks extends AuditSinkAdministration {
  /** Up to which entry of a log every sink has it, with a checkpoint that covers it. Infinity when there is no sink. */
  received(log: string): number;
  /** Tries once more to bring everything out, for so long at most. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}
