import type { Digest } from "@holdfast/protocol";
import { CHAIN_START, chainHash, entryHash } from "@holdfast/protocol";
import type {
  AdministrationRecord,
  AdministrationStore,
  AuditCheckpointRow,
  AuditDraft,
  AuditRow,
  AuditStore,
  NonceStore,
  RecordChange,
  RecordKind,
} from "../administration.ts";
import { UNAUDITED_KINDS } from "../administration.ts";
import { by } from "./order.ts";
import { refusal } from "./refusal.ts";
import type { Table, Tables } from "./tables.ts";

const EVERY = { after: 0, limit: Number.MAX_SAFE_INTEGER } as const;

/** Administrative records, the log of what was done with them, and nonces. */
export class Administration {
  readonly #records: Table<string, AdministrationRecord>;
  readonly #rows: Table<number, AuditRow>;
  readonly #checkpoints: Table<number, AuditCheckpointRow>;
  readonly #nonces: Table<string, number>;
  readonly #head: Table<"head", { readonly size: number; readonly hash: string; readonly first: number }>;
  readonly #digest: Digest;

  constructor(tables: Tables, digest: Digest) {
    this.#records = tables.table();
    this.#rows = tables.table();
    this.#checkpoints = tables.table();
    this.#nonces = tables.table();
    this.#head = tables.table();
    this.#digest = digest;
  }

  records(kind: RecordKind): readonly AdministrationRecord[] {
    return this.#records
      .rows()
      .filter((record) => record.kind === kind)
      .sort(by(({ id }) => id));
  }

  commit({
    changes,
    audit,
  }: Parameters<AdministrationStore["commit"]>[0]): Awaited<ReturnType<AdministrationStore["commit"]>> {
    const stale = changes.find(
      ({ kind, id, expectedRevision }) =>
        (this.#records.get(keyOf(kind, id))?.revision ?? 0) !== expectedRevision,
    );
    if (stale !== undefined) return { kind: "conflict", record: { kind: stale.kind, id: stale.id } };
    for (const change of changes) this.#change(change);
    return { kind: "committed", entries: this.append(audit) };
  }

  note(records: Parameters<AdministrationStore["note"]>[0]): void {
    for (const { kind, id, body } of records) {
      if (!UNAUDITED_KINDS.has(kind))
        throw refusal(`Cannot note a record of kind "${kind}": it changes by an act that is in the log.`);
      const revision = (this.#records.get(keyOf(kind, id))?.revision ?? 0) + 1;
      this.#records.put(keyOf(kind, id), { kind, id, revision, body });
    }
  }

  append(drafts: readonly AuditDraft[]): readonly AuditRow[] {
    return drafts.map((draft) => this.#append(draft));
  }

  entries({ after, limit }: Parameters<AuditStore["entries"]>[0]): readonly AuditRow[] {
    return this.#inOrder()
      .filter(({ seq }) => seq > after)
      .slice(0, limit);
  }

  newest({ before, limit }: Parameters<AuditStore["newest"]>[0]): readonly AuditRow[] {
    return this.#inOrder()
      .filter(({ seq }) => before === null || seq < before)
      .toReversed()
      .slice(0, limit);
  }

  head(): Awaited<ReturnType<AuditStore["head"]>> {
    return this.#head.get("head") ?? { size: 0, hash: CHAIN_START, first: 1 };
  }

  checkpoints({
    after,
    limit,
  }: Parameters<AuditStore["checkpoints"]>[0] = EVERY): readonly AuditCheckpointRow[] {
    return this.#checkpoints
      .rows()
      .filter(({ size }) => size > after)
      .toSorted((left, right) => left.size - right.size)
      .slice(0, limit);
  }

  addCheckpoint(checkpoint: AuditCheckpointRow): void {
    this.#checkpoints.put(checkpoint.size, checkpoint);
  }

  prune({ upTo, audit }: Parameters<AuditStore["prune"]>[0]): readonly AuditRow[] {
    if (!this.#checkpoints.has(upTo))
      throw refusal(`Cannot prune the log up to entry ${upTo}: no checkpoint ends there.`);
    for (const { seq } of this.#inOrder()) if (seq <= upTo) this.#rows.remove(seq);
    this.#head.put("head", { ...this.head(), first: upTo + 1 });
    return this.append([audit]);
  }

  eraseOpenings(seqs: readonly number[], audit: AuditDraft): readonly AuditRow[] {
    for (const seq of seqs) {
      const row = this.#rows.get(seq);
      if (row !== undefined) this.#rows.put(seq, { ...row, openings: null });
    }
    return this.append([audit]);
  }

  takeNonce({ nonce, expiresAt, now }: Parameters<NonceStore["take"]>[0]): boolean {
    const known = this.#nonces.get(nonce);
    if (known !== undefined && known > now) return false;
    this.#nonces.put(nonce, expiresAt);
    return true;
  }

  liveNonces(now: number): Awaited<ReturnType<NonceStore["live"]>> {
    for (const [nonce, expiresAt] of this.#nonces.entries()) if (expiresAt <= now) this.#nonces.remove(nonce);
    return this.#nonces.entries().map(([nonce, expiresAt]) => ({ nonce, expiresAt }));
  }

  #append(draft: AuditDraft): AuditRow {
    const { size, hash: previousHash, first } = this.head();
    const seq = size + 1;
    const hash = chainHash(previousHash, entryHash(draft.text, this.#digest), seq, this.#digest);
    const row: AuditRow = { ...draft, seq, previousHash, hash };
    this.#rows.put(seq, row);
    this.#head.put("head", { size: seq, hash, first });
    return row;
  }

  #change({ kind, id, expectedRevision, body }: RecordChange): void {
    if (body === null) this.#records.remove(keyOf(kind, id));
    else this.#records.put(keyOf(kind, id), { kind, id, revision: expectedRevision + 1, body });
  }

  #inOrder(): AuditRow[] {
    return this.#rows.rows().toSorted((left, right) => left.seq - right.seq);
  }
}

function keyOf(kind: RecordKind, id: string): string {
  return `${kind} ${id}`;
}
