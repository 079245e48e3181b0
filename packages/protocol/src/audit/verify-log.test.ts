import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeDigest } from "../testing/node-digest.ts";
import { CHAIN_START, chainHash, entryHash } from "./chain.ts";
import { signedCheckpoint } from "./checkpoint.ts";
import { auditEntry } from "./entry.ts";
import type { ExportedEntry, ExportedLog } from "./export.ts";
import { readExport } from "./export.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { checkSignature, signer } from "./testing/signer.ts";
import { verifyLog } from "./verify-log.ts";

const KEY = signer();

const ACTOR = { type: "operator", id: "op-1", name: "Ana", keyId: null } as const;

/** A log of so many entries, with checkpoints at these sizes, and maybe without its beginning. */
function aLog(count: number, checkpoints: readonly number[], key = KEY, first = 1): ExportedLog {
  const tree = new MerkleTree(nodeDigest);
  const entries: ExportedEntry[] = [];
  const notes: string[] = [];
  let previous = CHAIN_START;
  let header = { previous_hash: previous, tree: tree.parts };
  for (let seq = 1; seq <= count; seq++) {
    if (seq === first) header = { previous_hash: previous, tree: tree.parts };
    const { text, openings } = auditEntry(
      {
        action: "event_key.created",
        authority: {
          actor: ACTOR,
          context: { address: "203.0.113.1", userAgent: null, requestId: null, via: "api" },
        },
        targets: [{ type: "event_key", id: `key-${seq}`, name: `Key ${seq}` }],
        result: "success",
        reason: null,
        changes: {},
      },
      { id: `id-${seq}`, at: seq, log: "production", salt: () => `${seq}`.padStart(32, "0") },
      nodeDigest,
    );
    previous = chainHash(previous, entryHash(text, nodeDigest), seq, nodeDigest);
    tree.append(entryHash(text, nodeDigest));
    if (seq >= first) entries.push({ seq, hash: previous, entry: text, openings });
    if (checkpoints.includes(seq))
      notes.push(
        signedCheckpoint(
          { origin: "holdfast/production", size: seq, root: tree.root(), chain: previous },
          key,
          nodeDigest,
        ),
      );
  }
  const keys = [{ publicKey: key.publicKey.toString("base64") }];
  return {
    header: { format: "holdfast-audit/1", log: "production", keys, first, ...header },
    entries,
    checkpoints: notes,
  };
}

const NONE = { checkpoints: [], keys: null };
const judged = (log: ExportedLog, trusted: Parameters<typeof verifyLog>[1] = NONE) =>
  verifyLog(log, trusted, checkSignature, nodeDigest);

function changed(
  log: ExportedLog,
  seq: number,
  change: (entry: ExportedEntry) => ExportedEntry,
): ExportedLog {
  return { ...log, entries: log.entries.map((entry) => (entry.seq === seq ? change(entry) : entry)) };
}

/** Writes the chain anew from its entries' texts, as whoever has the database and no key can. */
function rechained(log: ExportedLog, texts: readonly string[]): ExportedLog {
  let previous = log.header.previous_hash;
  const entries = texts.map((entry, index) => {
    const seq = log.header.first + index;
    previous = chainHash(previous, entryHash(entry, nodeDigest), seq, nodeDigest);
    return { seq, hash: previous, entry };
  });
  return { ...log, entries };
}

test("a log as it was written holds, and says what it cannot know", () => {
  const verdict = judged(aLog(5, [3, 5]));
  assert.deepEqual(
    [verdict.ok, verdict.fault, verdict.entryCount, verdict.checkpointSize],
    [true, null, 5, 5],
  );
  assert.equal(verdict.unknown.length, 2);
  assert.match(verdict.unknown[0] ?? "", /after 5 were cut off/);
  assert.match(verdict.unknown[1] ?? "", /written anew/);
  const log = aLog(5, [3, 5]);
  const trusted = { checkpoints: log.checkpoints, keys: log.header.keys };
  assert.deepEqual(judged(log, trusted).unknown, []);
});

test("a log is signed as far as its last checkpoint, and no further", () => {
  assert.deepEqual(
    [aLog(6, [2, 4]), aLog(6, []), aLog(6, [6])].map((each) => judged(each).checkpointSize),
    [4, null, 6],
  );
});

test("A-143 a log whose beginning was removed hangs on what was there: on as many entries, and on what was signed of them", () => {
  const cut = aLog(6, [4], KEY, 3);
  assert.equal(judged(cut).ok, true);
  const { fault } = judged({ ...cut, header: { ...cut.header, tree: [] } });
  assert.deepEqual([fault?.kind, fault?.seq], ["fork", 2]);
  const signed = (root: string) =>
    signedCheckpoint(
      { origin: "holdfast/production", size: 2, root, chain: cut.header.previous_hash },
      KEY,
      nodeDigest,
    );
  const good = new MerkleTree(nodeDigest, cut.header.tree).root();
  assert.equal(judged(cut, { checkpoints: [signed(good)], keys: null }).ok, true);
  const other = judged(cut, { checkpoints: [signed(CHAIN_START)], keys: null });
  assert.deepEqual([other.fault?.kind, other.fault?.seq], ["fork", 2]);
});

test("an empty log holds", () => {
  assert.equal(judged(aLog(0, [])).ok, true);
});

const log = aLog(6, [2, 4]);

/** Each bit of an entry, of its hash, and of what opens its names. */
test("A-141 an entry with one character changed, anywhere, is found and named", () => {
  const original = log.entries[2]?.entry ?? "";
  for (let at = 0; at < original.length; at++) {
    const flipped = String.fromCharCode(original.charCodeAt(at) ^ 1);
    const bad = changed(log, 3, (one) => ({
      ...one,
      entry: original.slice(0, at) + flipped + original.slice(at + 1),
    }));
    const { fault } = judged(bad);
    assert.deepEqual([fault?.kind, fault?.seq], ["altered", 3], `character ${at}`);
  }
  const hash = changed(log, 3, (one) => ({
    ...one,
    hash: one.hash.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")),
  }));
  assert.deepEqual(judged(hash).fault?.seq, 3);
});

test("A-141 a name beside an entry that was exchanged is found; one that was erased is no fault", () => {
  const renamed = changed(log, 3, ({ openings = {}, ...one }) => ({
    ...one,
    openings: Object.fromEntries(
      Object.entries(openings).map(([key, { salt }]) => [key, { salt, name: "Eve" }]),
    ),
  }));
  assert.deepEqual([judged(renamed).fault?.kind, judged(renamed).fault?.seq], ["name_altered", 3]);
  const erased = changed(log, 3, ({ seq, hash, entry }) => ({ seq, hash, entry }));
  assert.equal(judged(erased).ok, true);
});

test("A-141 an entry that was dropped, inserted, doubled, swapped or renumbered is found and named", () => {
  const { entries } = log;
  const [one, two, three, four, five, six] = entries as [ExportedEntry, ...ExportedEntry[]];
  const all = (list: readonly (ExportedEntry | undefined)[]): ExportedLog => ({
    ...log,
    entries: list.filter((each) => each !== undefined),
  });
  const cases: readonly (readonly [string, ExportedLog, string, number])[] = [
    ["dropped", all([one, two, four, five, six]), "gap", 3],
    ["the first dropped", all([two, three, four, five, six]), "gap", 1],
    ["swapped", all([one, two, four, three, five, six]), "order", 3],
    ["doubled", all([one, two, two, three, four, five, six]), "order", 3],
    ["inserted", all([one, two, { ...five, seq: 3 } as ExportedEntry, three, four, five, six]), "altered", 3],
    ["renumbered", all([one, two, { ...four, seq: 3 } as ExportedEntry, five, six]), "altered", 3],
  ];
  for (const [title, bad, kind, seq] of cases) {
    const { fault } = judged(bad);
    assert.deepEqual([fault?.kind, fault?.seq], [kind, seq], title);
  }
});

test("A-142 a tail that was cut off is found by a checkpoint from elsewhere, and not without", () => {
  const whole = aLog(6, [2, 4, 6]);
  const cut = { ...whole, entries: whole.entries.slice(0, 3), checkpoints: whole.checkpoints.slice(0, 1) };
  const alone = judged(cut);
  assert.equal(alone.ok, true);
  assert.match(alone.unknown[0] ?? "", /after 3 were cut off/);
  const { fault } = judged(cut, { checkpoints: whole.checkpoints.slice(2), keys: null });
  assert.deepEqual([fault?.kind, fault?.seq], ["truncated", 4]);
  // Its own checkpoints tell, when only the entries were cut.
  assert.equal(judged({ ...cut, checkpoints: whole.checkpoints }).fault?.kind, "truncated");
});

test("A-143 a chain that was written anew contradicts a checkpoint of the old one", () => {
  const texts = log.entries.map(({ entry }, index) =>
    index === 0 ? entry.replace("key-1", "key-9") : entry,
  );
  const { fault } = judged(rechained(log, texts));
  assert.deepEqual([fault?.kind, fault?.seq], ["fork", 2]);
});

test("A-143 a whole log that was written anew with another key is found by the key that is trusted, and by an old checkpoint", () => {
  const forged = aLog(6, [2, 4], signer());
  assert.equal(judged(forged).ok, true, "by itself it holds, and says so");
  assert.match(judged(forged).unknown.join(" "), /written anew/);
  assert.equal(judged(forged, { checkpoints: [], keys: log.header.keys }).fault?.kind, "key_unknown");
  assert.equal(judged(forged, { checkpoints: log.checkpoints, keys: null }).fault?.kind, "signature_invalid");
});

test("A-143 two histories of one size are a fork", () => {
  const other = aLog(6, []);
  const texts = other.entries.map(({ entry }) => entry.replace("key-1", "key-8"));
  const { fault } = judged(rechained(other, texts), { checkpoints: log.checkpoints, keys: log.header.keys });
  assert.equal(fault?.kind, "fork");
});

test("a checkpoint whose signature, size, root or chain was changed, or which is another log's, is refused", () => {
  const [note = ""] = log.checkpoints;
  const lines = note.split("\n");
  const bad = [
    note.replace("\n2\n", "\n3\n"),
    note.replace(lines[2] ?? "", `A${(lines[2] ?? "").slice(1)}`),
    note.replace(/chain ./, "chain g"),
    note.replace(/chain [0-9a-f]/, (text) => (text.endsWith("0") ? "chain 1" : "chain 0")),
    note.replaceAll("holdfast/production", "holdfast/staging"),
    note.replace(/.{6}(=*\n)$/, "AAAAAA$1"),
    note.split("\n\n")[0] ?? "",
    "",
  ];
  for (const each of bad)
    assert.equal(judged({ ...log, checkpoints: [each] }).fault?.kind, "signature_invalid", each);
});

test("a log whose beginning retention removed holds by what it hangs on, and by its checkpoints", () => {
  const later = aLog(6, [4, 6], KEY, 5);
  const verdict = judged(later);
  assert.deepEqual([verdict.ok, verdict.entryCount, verdict.checkpointSize], [true, 2, 6]);
  assert.match(verdict.unknown.join(" "), /1 to 4 said/);
  for (const header of [
    { ...later.header, previous_hash: CHAIN_START },
    { ...later.header, tree: [] },
    { ...later.header, first: 4 },
  ])
    assert.equal(judged({ ...later, header }).ok, false);
});

test("readExport() reads what is written line by line, and names the line that is not", () => {
  const lines = [
    JSON.stringify(log.header),
    ...log.entries.map((entry) => JSON.stringify(entry)),
    ...log.checkpoints.map((checkpoint) => JSON.stringify({ checkpoint })),
  ];
  assert.deepEqual(readExport(`${lines.join("\n")}\n`), log);
  for (const [text, line] of [
    ["", /empty/],
    [`${lines[1]}\n`, /Line 1 is not the header/],
    [`${lines[0]}\n{"seq":1}\n`, /Line 2 is neither/],
    [`${lines[0]}\n${lines[1]}\nnot json`, /Line 3 is not a JSON object/],
    [`${lines[0]}\n[1]`, /Line 2/],
  ] as const)
    assert.throws(() => readExport(text), line);
});

test("names are not in the text that is hashed, and what a client says it is has a bounded length", () => {
  const { text, openings } = auditEntry(
    {
      action: "access.denied",
      authority: {
        actor: { ...ACTOR, name: "Ana Example" },
        context: { address: null, userAgent: "x".repeat(10_000), requestId: null, via: "api" },
      },
      targets: [{ type: "environment", id: "e", name: "Secret project" }],
      result: "denied",
      reason: null,
      changes: {},
    },
    { id: "1", at: 0, log: "production", salt: () => "s" },
    nodeDigest,
  );
  assert.ok(!text.includes("Ana") && !text.includes("Secret"));
  assert.deepEqual(
    Object.values(openings)
      .map(({ name }) => name)
      .toSorted(),
    ["Ana Example", "Secret project"],
  );
  assert.ok(text.length < 2000);
});
