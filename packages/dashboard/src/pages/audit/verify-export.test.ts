import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import type { ExportedLog } from "@holdfast/protocol";
import {
  auditEntry,
  CHAIN_START,
  chainHash,
  entryHash,
  MerkleTree,
  signedCheckpoint,
} from "@holdfast/protocol";
import { digest } from "../../platform/digest.ts";
import { verifyEd25519 } from "../../platform/ed25519.ts";
import { verifyExport } from "./verify-export.ts";

const WORLD = { digest, verifySignature: verifyEd25519, pause: async () => undefined };

/** A log of so many entries with a checkpoint at its end. */
function aLog(count: number): ExportedLog {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const tree = new MerkleTree(digest);
  const entries = [];
  let previous = CHAIN_START;
  for (let seq = 1; seq <= count; seq += 1) {
    const { openings, text } = auditEntry(
      {
        action: "server.started",
        authority: {
          actor: { type: "system", id: "server", name: "Server", keyId: null },
          context: { address: null, userAgent: null, requestId: null, via: "clock" },
        },
        targets: [],
        result: "success",
        reason: null,
        changes: {},
      },
      { id: `id-${seq}`, at: seq, log: "installation", salt: () => `${seq}`.padStart(32, "0") },
      digest,
    );
    previous = chainHash(previous, entryHash(text, digest), seq, digest);
    tree.append(entryHash(text, digest));
    entries.push({ seq, hash: previous, entry: text, openings });
  }
  const note = signedCheckpoint(
    { origin: "holdfast/installation", size: count, root: tree.root(), chain: previous },
    { publicKey: raw, sign: (body) => sign(null, Buffer.from(body), privateKey) },
    digest,
  );
  const keys = [{ publicKey: raw.toString("base64") }];
  const header = {
    format: "holdfast-audit/1",
    log: "installation",
    keys,
    first: 1,
    previous_hash: CHAIN_START,
    tree: [],
  } as const;
  return { header, entries, checkpoints: [note] };
}

test("a whole log holds, and its progress is told on the way", async () => {
  const progress: number[] = [];
  const { signaturesChecked, verdict } = await verifyExport(aLog(1200), [], WORLD, (done) =>
    progress.push(done),
  );
  assert.equal(verdict.fault, null);
  assert.equal(verdict.checkpointSize, 1200);
  assert.ok(signaturesChecked);
  assert.deepEqual(progress, [500, 1000]);
});

test("the first entry that was changed is named", async () => {
  const log = aLog(30);
  const entries = log.entries.map((each) =>
    each.seq === 17 ? { ...each, entry: each.entry.replace("server.started", "server.stopped") } : each,
  );
  const { verdict } = await verifyExport({ ...log, entries }, [], WORLD, () => undefined);
  assert.deepEqual([verdict.fault?.kind, verdict.fault?.seq, verdict.entryCount], ["altered", 17, 16]);
});

test("a checkpoint from elsewhere shows that the end was cut off", async () => {
  const log = aLog(30);
  const cut = { ...log, entries: log.entries.slice(0, 20), checkpoints: [] };
  assert.equal((await verifyExport(cut, [], WORLD, () => undefined)).verdict.fault, null);
  const { verdict } = await verifyExport(cut, log.checkpoints, WORLD, () => undefined);
  assert.deepEqual([verdict.fault?.kind, verdict.fault?.seq], ["truncated", 21]);
});

test("a checkpoint that its key did not sign is not believed", async () => {
  const log = aLog(5);
  const { verdict } = await verifyExport(log, aLog(5).checkpoints, WORLD, () => undefined);
  assert.equal(verdict.fault?.kind, "signature_invalid");
});

test("a browser that cannot check signatures says so, and still recomputes the chain", async () => {
  const world = { ...WORLD, verifySignature: async () => null };
  const whole = await verifyExport(aLog(5), [], world, () => undefined);
  assert.deepEqual([whole.verdict.fault, whole.signaturesChecked], [null, false]);
  const log = aLog(5);
  const entries = log.entries.filter(({ seq }) => seq !== 3);
  const { verdict } = await verifyExport({ ...log, entries }, [], world, () => undefined);
  assert.deepEqual([verdict.fault?.kind, verdict.fault?.seq], ["gap", 3]);
});
