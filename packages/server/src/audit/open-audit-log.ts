import type { AuditAct, AuditFormat, Authority, CheckpointKey, Digest, Subtree } from "@holdfast/protocol";
import {
  CHAIN_START,
  entryHash,
  lineText,
  MerkleTree,
  readExport,
  signedCheckpoint,
  verifyLog,
} from "@holdfast/protocol";
import type { Clock, Log, Timer } from "#kernel";
import type { AdministrationStore, AuditCheckpointRow, AuditRow, AuditStore } from "#store";
import type { AuditAdministration, AuditDrafter, AuditLog, AuditQuery } from "./contract.ts";
import { Gathering } from "./gathering.ts";
import { createLogReader, logLines, prunedId, prunedTree, rowsAfter } from "./log-reader.ts";
import type { CheckpointSigner } from "./signing-key.ts";
import { checkpointSigner, makeSigningKey, verifyEd25519 } from "./signing-key.ts";

/** Seals the log's own key. What the vault is, as far as a log needs it. */
export interface Sealer {
  seal(secret: string, place: { readonly kind: string; readonly id: string; readonly field: string }): string;
  open(sealed: string, place: { readonly kind: string; readonly id: string; readonly field: string }): string;
}

export interface AuditLogDeps {
  readonly name: string;
  readonly store: AuditStore;
  readonly administration: AdministrationStore;
  readonly drafter: AuditDrafter;
  readonly vault: Sealer;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly log: Log;
  /** Of the product, for formats that name it. */
  readonly version: string;
}

/** A checkpoint is signed so often, when there is something new, and after so many entries. */
const CHECKPOINT_MS = 60_000;
const PORTION = 1000;

const SYSTEM: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "clock" },
};

/**
 * Opens the log of a store: its key, made at the first time, and the tree over its entries, which goes on from where the last
 * checkpoint left it.
 *
 * @throws HoldfastError of the store and of the vault
 */
export async function openAuditLog(deps: AuditLogDeps): Promise<AuditLog & AuditAdministration> {
  const { administration, clock, digest, drafter, log, name, store } = deps;
  const signers = await openKeys(deps);
  const [signer] = signers;
  const keys: readonly CheckpointKey[] = signers.map(({ publicKey }) => ({
    publicKey: Buffer.from(publicKey).toString("base64"),
  }));
  const origin = `holdfast/${name}`;
  const reader = createLogReader({ name, keys, store, administration });
  const tree = await treeAt();
  let signedSize = (await store.checkpoints()).at(-1)?.size ?? 0;
  let timer: Timer | null = null;
  let writing: Promise<unknown> = Promise.resolve();
  const gathering = new Gathering(clock, write);

  /** The tree as far as it was noted; what came since is added when it is needed. */
  async function treeAt(): Promise<MerkleTree> {
    const noted = (await administration.records("audit-tree")).find(({ id }) => id === "tree");
    // Noted by `checkpoint` and `prune` below.
    return new MerkleTree(digest, noted === undefined ? [] : (JSON.parse(noted.body) as readonly Subtree[]));
  }

  function write(act: AuditAct): void {
    writing = store.append([drafter.draft(act)]).catch((error: unknown) => {
      log.error(
        { action: act.action, error: String(error) },
        "an entry of the audit log could not be written",
      );
    });
  }

  /** One after another: a tree grows by one hand. */
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = last.then(act, act);
    last = done.catch(() => undefined);
    return done;
  }

  async function checkpointNow(): Promise<AuditCheckpointRow | null> {
    for await (const { text } of rowsAfter(store, tree.size)) tree.append(entryHash(text, digest));
    const { size } = tree;
    if (size === 0 || size === signedSize) return null;
    // The entry that the tree ends with.
    const [entry] = await store.entries({ after: size - 1, limit: 1 });
    const chain = entry?.hash ?? CHAIN_START;
    const note = signedCheckpoint({ origin, size, root: tree.root(), chain }, signer, digest);
    const row = { size, at: clock.now(), note };
    await store.addCheckpoint(row);
    await administration.note([{ kind: "audit-tree", id: "tree", body: JSON.stringify(tree.parts) }]);
    signedSize = size;
    return row;
  }

  function schedule(): void {
    timer = clock.after(CHECKPOINT_MS, () => {
      inTurn(checkpointNow)
        .catch((error: unknown) => log.error({ error: String(error) }, "the audit log could not be signed"))
        .finally(schedule);
    });
  }
  schedule();

  async function* lines(format: AuditFormat): AsyncGenerator<string> {
    const facts = { productVersion: deps.version, now: clock.now() };
    for await (const line of logLines(reader)) {
      const text = lineText(line, format, facts);
      if (text !== null) yield `${text}\n`;
    }
  }

  return {
    name,
    reader,
    draft: (act) => drafter.draft(act),
    note(act) {
      if (act.result === "success") write(act);
      else gathering.add(act);
    },
    list: (query) => listed(store, query),
    async *export(by, format = "jsonl") {
      await store.append([
        drafter.draft({
          action: "audit.exported",
          authority: by,
          targets: [{ type: "audit_log", id: name, name: null }],
          result: "success",
          reason: null,
          changes: { format: { from: null, to: format } },
        }),
      ]);
      await inTurn(checkpointNow);
      yield* lines(format);
    },
    async verify() {
      let text = "";
      for await (const line of lines("jsonl")) text += line;
      return verifyLog(readExport(text), { checkpoints: [], keys }, verifyEd25519, digest);
    },
    checkpoint: () => inTurn(checkpointNow),
    checkpoints: () => store.checkpoints(),
    keys: () => keys,
    prune: (by, olderThanMs, sizeMax = Number.MAX_SAFE_INTEGER) =>
      inTurn(async () => {
        const limit = clock.now() - olderThanMs;
        const { first } = await store.head();
        const upTo = (await store.checkpoints()).findLast(
          ({ at, size }) => at < limit && size >= first && size <= sizeMax,
        )?.size;
        if (upTo === undefined) return 0;
        const cut = new MerkleTree(digest, await prunedTree(administration, first));
        for await (const { seq, text } of rowsAfter(store, first - 1)) {
          if (seq > upTo) break;
          cut.append(entryHash(text, digest));
        }
        await administration.note([
          { kind: "audit-tree", id: prunedId(upTo), body: JSON.stringify(cut.parts) },
        ]);
        const count = upTo - first + 1;
        await store.prune({
          upTo,
          audit: drafter.draft({
            action: "audit.pruned",
            authority: by,
            targets: [{ type: "audit_log", id: name, name: null }],
            result: "success",
            reason: null,
            changes: { first_entry: { from: first, to: upTo + 1 } },
          }),
        });
        return count;
      }),
    async close() {
      timer?.cancel();
      gathering.flush();
      await writing;
      await inTurn(checkpointNow);
      // `schedule` may have set another one meanwhile.
      timer?.cancel();
    },
  };
}

async function listed(store: AuditStore, query: AuditQuery): Promise<readonly AuditRow[]> {
  const found: AuditRow[] = [];
  for (let { before } = query; found.length < query.limit;) {
    const rows = await store.newest({ before, limit: PORTION });
    for (const row of rows) if (found.length < query.limit && isWanted(row, query)) found.push(row);
    const end = rows.at(-1);
    if (end === undefined) break;
    before = end.seq;
  }
  return found;
}

function isWanted({ text }: AuditRow, { action, actor }: AuditQuery): boolean {
  if (action === undefined && actor === undefined) return true;
  // Written by the drafter.
  const entry = JSON.parse(text) as { action: string; actor: { id: string } };
  return (
    (action === undefined || entry.action === action) && (actor === undefined || entry.actor.id === actor)
  );
}

/** The keys of a log, the newest first; makes one when there is none. */
async function openKeys({
  administration,
  clock,
  drafter,
  vault,
}: AuditLogDeps): Promise<readonly [CheckpointSigner, ...CheckpointSigner[]]> {
  const place = (id: string) => ({ kind: "audit-key", id, field: "secret" });
  const records = (await administration.records("audit-key")).map(({ id, body }) => ({
    id,
    // Written below.
    ...(JSON.parse(body) as { sealed: string; createdAt: number }),
  }));
  const [newest, ...older] = records
    .toSorted((left, right) => right.createdAt - left.createdAt)
    .map(({ id, sealed }) => checkpointSigner(vault.open(sealed, place(id))));
  if (newest !== undefined) return [newest, ...older];
  const secret = makeSigningKey();
  const signer = checkpointSigner(secret);
  const id = Buffer.from(signer.publicKey).toString("hex").slice(0, 12);
  await administration.commit({
    changes: [
      {
        kind: "audit-key",
        id,
        expectedRevision: 0,
        body: JSON.stringify({ sealed: vault.seal(secret, place(id)), createdAt: clock.now() }),
      },
    ],
    audit: [
      drafter.draft({
        action: "audit_key.created",
        authority: SYSTEM,
        targets: [{ type: "audit_key", id, name: null }],
        result: "success",
        reason: null,
        changes: {},
      }),
    ],
  });
  return [signer];
}
