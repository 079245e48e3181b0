import type { AuditAct } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { AdministrationStore, AuditDraft, RecordChange, RecordKind } from "#store";
import type { IdentityRecords } from "./records.ts";

/** A kind of record that this room keeps. */
export type Kind = keyof IdentityRecords & RecordKind;

/** A record to put, or with null to remove. */
export type Change = {
  [Each in Kind]: { readonly kind: Each; readonly id: string; readonly value: IdentityRecords[Each] | null };
}[Kind];

/**
 * What this room knows, in memory as on disk. Acts go one after another, each decided from what the one before left, and are
 * committed with the entries that say so; nothing here changes otherwise.
 */
export interface Ledger {
  get<Of extends Kind>(kind: Of, id: string): IdentityRecords[Of] | null;
  all<Of extends Kind>(kind: Of): readonly (readonly [id: string, value: IdentityRecords[Of]])[];
  /** Runs an act when those before it are done. */
  inTurn<Result>(act: () => Promise<Result> | Result): Promise<Result>;
  /** One atomic commit. Within `inTurn` only. @throws HoldfastError `conflict` when another process changed a record */
  commit(changes: readonly Change[], audit: readonly [AuditAct, ...AuditAct[]]): Promise<void>;
}

export interface LedgerDeps {
  /** The installation's. */
  readonly administration: AdministrationStore;
  readonly draft: (act: AuditAct) => AuditDraft;
}

interface Known {
  readonly value: unknown;
  readonly revision: number;
}

/** Reads every record of these kinds. @throws HoldfastError of the store */
export async function openLedger(
  { administration, draft }: LedgerDeps,
  kinds: readonly Kind[],
): Promise<Ledger> {
  const known = new Map<Kind, Map<string, Known>>();
  for (const kind of kinds) {
    const records = await administration.records(kind);
    known.set(
      kind,
      // Written by `commit` below.
      new Map(
        records.map(({ body, id, revision }) => [id, { value: JSON.parse(body) as unknown, revision }]),
      ),
    );
  }
  const of = (kind: Kind): Map<string, Known> => {
    const records = known.get(kind);
    if (records === undefined) throw new Error(`No records of kind ${kind} were read`);
    return records;
  };
  let last: Promise<unknown> = Promise.resolve();

  return {
    get: <Of extends Kind>(kind: Of, id: string) =>
      (of(kind).get(id)?.value ?? null) as IdentityRecords[Of] | null,
    all: <Of extends Kind>(kind: Of) =>
      [...of(kind)].map(([id, { value }]) => [id, value as IdentityRecords[Of]] as const),
    inTurn(act) {
      const done = last.then(act, act);
      last = done.catch(() => undefined);
      return done;
    },
    async commit(changes, audit) {
      const [first, ...others] = audit;
      const writes: readonly RecordChange[] = changes.map(({ kind, id, value }) => ({
        kind,
        id,
        expectedRevision: of(kind).get(id)?.revision ?? 0,
        body: value === null ? null : JSON.stringify(value),
      }));
      const outcome = await administration.commit({
        changes: writes,
        audit: [draft(first), ...others.map(draft)],
      });
      if (outcome.kind === "conflict")
        throw new HoldfastError("conflict", "What this was decided from was changed meanwhile.");
      for (const { kind, id, value } of changes) {
        if (value === null) of(kind).delete(id);
        else of(kind).set(id, { value, revision: (of(kind).get(id)?.revision ?? 0) + 1 });
      }
    },
  };
}
