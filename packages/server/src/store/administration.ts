/**
 * The administrative part of the store's contract: what operators decide, and the log that says so. An environment has a
 * store of its own, and so has the installation: what stands here belongs to the one whose file it is in.
 */

export interface AdministrativeStores {
  readonly administration: AdministrationStore;
  readonly audit: AuditStore;
  readonly nonces: NonceStore;
}

/** What is kept as administrative records. Each is a document that one room reads and writes. */
export type RecordKind =
  | "environment"
  | "signing-key"
  | "key-use"
  | "event-key"
  | "operator-token"
  | "data-key"
  | "egress-policy"
  | "approved-origin"
  | "retention"
  | "legal-hold"
  | "audit-key"
  | "audit-tree"
  | "audit-sink"
  | "audit-sink-progress"
  | "person"
  | "credentials"
  | "session"
  | "session-use"
  | "link"
  | "service-account"
  | "service-token"
  | "sign-in-policy"
  | "pepper"
  | "sso-connection"
  | "sso-identity"
  | "sso-domain"
  | "sso-used"
  | "emergency-codes"
  | "directory-user"
  | "directory-group"
  | "directory-token";

export interface AdministrationRecord {
  readonly kind: RecordKind;
  readonly id: string;
  /** Begins at 1 and grows by one with every change. */
  readonly revision: number;
  /** JSON text. Secrets in it are sealed by the vault, or hashed. */
  readonly body: string;
}

/** A record to put, or with a null body to remove. */
export interface RecordChange {
  readonly kind: RecordKind;
  readonly id: string;
  /** The revision it was decided from; 0 for a record that must not exist yet. */
  readonly expectedRevision: number;
  readonly body: string | null;
}

/** An entry of the log, before it has its place. */
export interface AuditDraft {
  readonly at: number;
  /** The entry as canonical JSON (RFC 8785), without its place. It is hashed as it stands and never changes. */
  readonly text: string;
  /** What opens the commitments to names in it, JSON text; may be erased later. Null when it has none. */
  readonly openings: string | null;
}

/** An entry in its place. */
export interface AuditRow extends AuditDraft {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Of the entry before, hex; of the first, 64 zeros. */
  readonly previousHash: string;
  /** `chainHash` of the previous hash, this entry and its place, hex. */
  readonly hash: string;
}

export interface AdministrationStore {
  /** Every record of a kind, by id. */
  records(kind: RecordKind): Promise<readonly AdministrationRecord[]>;
  /**
   * One atomic act: every change, and the entries that say so. There is no way to change a record without one. `conflict`:
   * a record has another revision than expected, and nothing was done.
   */
  commit(act: {
    readonly changes: readonly RecordChange[];
    readonly audit: readonly [AuditDraft, ...AuditDraft[]];
  }): Promise<
    | { readonly kind: "committed"; readonly entries: readonly AuditRow[] }
    | { readonly kind: "conflict"; readonly record: { readonly kind: RecordKind; readonly id: string } }
  >;
  /**
   * Puts records that say nothing about anybody's decision: when a key was last used, how far a sink has come. Only of
   * the kinds that are listed in `UNAUDITED_KINDS`; others are refused with `store_refused`. The last write counts.
   */
  note(
    records: readonly { readonly kind: RecordKind; readonly id: string; readonly body: string }[],
  ): Promise<void>;
}

/** Kinds that `AdministrationStore.note` may write. */
export const UNAUDITED_KINDS: ReadonlySet<RecordKind> = new Set<RecordKind>([
  "key-use",
  "audit-tree",
  "audit-sink-progress",
  "session-use",
]);

/** A signed statement of how long the log was and what it held then. */
export interface AuditCheckpointRow {
  /** How many entries it covers: those with `seq <= size`. */
  readonly size: number;
  readonly at: number;
  /** The checkpoint in the text form of C2SP tlog-checkpoint, signature lines included. */
  readonly note: string;
}

export interface AuditStore {
  /** Appends entries about what changed nothing that is stored: refusals, exports. Atomic, in order. */
  append(drafts: readonly AuditDraft[]): Promise<readonly AuditRow[]>;
  /** Entries with `seq > after`, oldest first. */
  entries(query: { readonly after: number; readonly limit: number }): Promise<readonly AuditRow[]>;
  /** The newest first, `before` exclusive. */
  newest(query: { readonly before: number | null; readonly limit: number }): Promise<readonly AuditRow[]>;
  /** How long the log is, its last hash, and the first entry that is still there; 1 when none was pruned. */
  head(): Promise<{ readonly size: number; readonly hash: string; readonly first: number }>;
  /** The smallest first; of a query, those that cover more than `after` entries. */
  checkpoints(query?: {
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly AuditCheckpointRow[]>;
  addCheckpoint(checkpoint: AuditCheckpointRow): Promise<void>;
  /**
   * Removes the entries with `seq <= upTo` together with the entry that says so; their last hash is kept, so that the rest
   * still hangs on it. `upTo` must be the size of a stored checkpoint.
   */
  prune(request: { readonly upTo: number; readonly audit: AuditDraft }): Promise<readonly AuditRow[]>;
  /** Removes what opens the names in these entries. The entries stay as they are. */
  eraseOpenings(seqs: readonly number[], audit: AuditDraft): Promise<readonly AuditRow[]>;
}

/** Nonces of requests that were acted on. */
export interface NonceStore {
  /** Notes a nonce before what its request does; `false`: it is there already and has not expired. */
  take(nonce: { readonly nonce: string; readonly expiresAt: number; readonly now: number }): Promise<boolean>;
  /** Those that have not expired at `now`; forgets the others. */
  live(now: number): Promise<readonly { readonly nonce: string; readonly expiresAt: number }[]>;
}
