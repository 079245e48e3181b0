import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { AuditAct } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import { createMemoryDisk, openSqliteStore } from "#store";
import { bytes, masterKey, OPERATOR, vaultOf } from "./testing/world.ts";

const PLACE = { kind: "signing-key", id: "abc", field: "secret" } as const;
const refused = (error: unknown): boolean => isHoldfastError(error, "secret_unreadable");

test("a secret opens at its place, after a restart too", async () => {
  const store = createMemoryDisk().takeOver();
  const vault = await vaultOf(store.administration, [masterKey(1)]);
  const sealed = vault.seal("the secret", PLACE);
  assert.match(sealed, /^v1\.[0-9a-f]{12}\.[\w-]{16}\.[\w-]+$/);
  const again = await vaultOf(store.administration, [masterKey(1)]);
  assert.equal(again.open(sealed, PLACE), "the secret");
});

test("one secret sealed twice is two texts", async () => {
  const vault = await vaultOf(createMemoryDisk().takeOver().administration, [masterKey(1)]);
  assert.notEqual(vault.seal("s", PLACE), vault.seal("s", PLACE));
});

test("A-095 a sealed text that was moved, cut, changed or given another version does not open", async () => {
  const store = createMemoryDisk().takeOver();
  const vault = await vaultOf(store.administration, [masterKey(1)]);
  const sealed = vault.seal("the secret", PLACE);
  for (const place of [
    { ...PLACE, id: "abd" },
    { ...PLACE, field: "other" },
    { ...PLACE, kind: "egress" },
    // The same characters, cut elsewhere.
    { kind: "signing-keya", id: "bc", field: "secret" },
  ])
    assert.throws(() => vault.open(sealed, place), refused, JSON.stringify(place));
  const [version, key, nonce, content = ""] = sealed.split(".");
  const flipped = Buffer.from(content, "base64url");
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  for (const text of [
    sealed.slice(0, -4),
    `${version}.${key}.${nonce}.${flipped.toString("base64url")}`,
    `v0.${key}.${nonce}.${content}`,
    `${version}.000000000000.${nonce}.${content}`,
    `${version}.${key}..${content}`,
    `${version}.${key}.${nonce}.`,
    `${sealed}.x`,
    "the secret",
    "",
  ])
    assert.throws(() => vault.open(text, PLACE), refused, text);
});

test("A-095 a secret of one environment is nothing to another, under the same master key", async () => {
  const store = createMemoryDisk().takeOver();
  const sealed = (await vaultOf(store.administration, [masterKey(1)], "staging")).seal("s", PLACE);
  await assert.rejects(vaultOf(store.administration, [masterKey(1)], "production"), refused);
  const other = await vaultOf(createMemoryDisk().takeOver().administration, [masterKey(1)], "production");
  assert.throws(() => other.open(sealed, PLACE), refused);
});

test("A-095 a wrapped data key that stands in another's record does not open", async () => {
  const store = createMemoryDisk().takeOver();
  await vaultOf(store.administration, [masterKey(1)]);
  const [record] = await store.administration.records("data-key");
  assert.ok(record !== undefined);
  await store.administration.commit({
    changes: [{ kind: "data-key", id: "000000000000", expectedRevision: 0, body: record.body }],
    audit: [{ at: 0, text: "{}", openings: null }],
  });
  await assert.rejects(vaultOf(store.administration, [masterKey(1)]), refused);
});

test("A-097 with another master key nothing opens, nothing is written, and the error names the key that is wanted", async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), "holdfast-vault-"));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const store = await openSqliteStore({ dataDir, inline: true });
  await vaultOf(store.administration, [masterKey(1)]);
  await store.close();
  const again = await openSqliteStore({ dataDir, inline: true });
  const head = await again.audit.head();
  await assert.rejects(
    vaultOf(again.administration, [masterKey(2)]),
    (error) => isHoldfastError(error, "master_key_mismatch") && error.message.includes(masterKey(1).id),
  );
  assert.deepEqual(await again.audit.head(), head);
  await again.close();
});

test("A-096 the store holds neither a secret nor a key that opens one", async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), "holdfast-vault-"));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const store = await openSqliteStore({ dataDir, inline: true });
  const vault = await vaultOf(store.administration, [masterKey(1)]);
  const secret = "a-secret-that-is-looked-for";
  await store.administration.commit({
    changes: [
      {
        kind: "event-key",
        id: "abc",
        expectedRevision: 0,
        body: JSON.stringify({ sealed: vault.seal(secret, PLACE) }),
      },
    ],
    audit: [{ at: 0, text: "{}", openings: null }],
  });
  await store.close();
  const file = readFileSync(join(dataDir, "holdfast.db"));
  assert.ok(file.includes("sealed"), "the record is there");
  for (const form of [secret, Buffer.from(secret).toString("base64"), Buffer.from(secret).toString("hex")])
    assert.ok(!file.includes(form));
});

test("A-098 a new master key takes over record by record; what was interrupted goes on, and the old one is needed no more", async () => {
  const store = createMemoryDisk().takeOver();
  const { administration } = store;
  const first = await vaultOf(administration, [masterKey(1)]);
  const sealed = first.seal("s", PLACE);
  // A second data key, so that a rotation has two records to go through.
  await first.destroy(OPERATOR, first.status()[0]?.id ?? "", "test");
  assert.throws(() => first.open(sealed, PLACE), refused);
  const kept = first.seal("kept", PLACE);

  const rotating = await vaultOf(administration, [masterKey(2), masterKey(1)]);
  const failing = { ...administration, commit: () => Promise.reject(new Error("the process died")) };
  const interrupted = await vaultOf(failing, [masterKey(2), masterKey(1)]);
  await assert.rejects(interrupted.rewrap(OPERATOR), /died/);
  assert.equal((await vaultOf(administration, [masterKey(2), masterKey(1)])).open(kept, PLACE), "kept");
  assert.equal(await rotating.rewrap(OPERATOR), 1);
  assert.equal(await rotating.rewrap(OPERATOR), 0);
  assert.equal((await vaultOf(administration, [masterKey(2)])).open(kept, PLACE), "kept");
  await assert.rejects(vaultOf(administration, [masterKey(1)]), (error) =>
    isHoldfastError(error, "master_key_mismatch"),
  );
});

test("of two rotations at once, one wraps and the other is told", async () => {
  const { administration } = createMemoryDisk().takeOver();
  await vaultOf(administration, [masterKey(1)]);
  const [one, other] = await Promise.all([
    vaultOf(administration, [masterKey(2), masterKey(1)]),
    vaultOf(administration, [masterKey(3), masterKey(1)]),
  ]);
  const outcomes = await Promise.allSettled([one.rewrap(OPERATOR), other.rewrap(OPERATOR)]);
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  await vaultOf(administration, [masterKey(2)]);
});

test("what is destroyed is in the log, with who did it and why, and opens nowhere", async () => {
  const store = createMemoryDisk().takeOver();
  const vault = await vaultOf(store.administration, [masterKey(1)]);
  const [key] = vault.status();
  await vault.destroy(OPERATOR, key?.id ?? "", "the environment ended");
  const acts = (await store.audit.entries({ after: 0, limit: 9 })).map(
    ({ text }) => JSON.parse(text) as AuditAct,
  );
  assert.deepEqual(
    acts.map(({ action }) => action),
    ["data_key.created", "data_key.created", "data_key.destroyed"],
  );
  assert.equal(acts.at(-1)?.reason, "the environment ended");
  assert.deepEqual(acts[0]?.changes, { master_key: { from: null, to: key?.masterKeyId } });
  assert.deepEqual(acts.at(-1)?.changes, { master_key: { from: key?.masterKeyId, to: null } });
  assert.equal(acts.at(-1)?.authority.actor.id, "op-1");
  await assert.rejects(vault.destroy(OPERATOR, "nothing", "x"), (error) =>
    isHoldfastError(error, "not_found"),
  );
});

test("a data key that no longer seals is destroyed alone; one that seals is succeeded first", async () => {
  const store = createMemoryDisk().takeOver();
  const vault = await vaultOf(store.administration, [masterKey(1)]);
  const [first] = vault.status();
  await vault.destroy(OPERATOR, first?.id ?? "", "test");
  const [second, ...more] = vault.status();
  assert.deepEqual([second?.id === first?.id, more.length], [false, 0]);
  const sealed = vault.seal("kept", PLACE);
  // Another vault of the store makes a key that is newer: this one goes on with its own.
  const records = await store.administration.records("data-key");
  assert.deepEqual(
    records.map(({ id }) => id),
    [second?.id],
  );
  const again = await vaultOf(store.administration, [masterKey(1)]);
  assert.equal(again.open(sealed, PLACE), "kept");
  assert.equal(again.status().length, 1, "a store that has a key gets no further one");
});

test("a data key that is destroyed does not stay in memory", async () => {
  const store = createMemoryDisk().takeOver();
  const made: Uint8Array[] = [];
  const vault = await vaultOf(store.administration, [masterKey(1)], "production", (count) => {
    const fresh = bytes(count);
    if (count === 32) made.push(fresh);
    return fresh;
  });
  await vault.destroy(OPERATOR, vault.status()[0]?.id ?? "", "test");
  assert.deepEqual(
    made.map((key) => key.every((byte) => byte === 0)),
    [true, false],
    "the one that seals now is another",
  );
});

test("of several data keys the newest seals, whatever its id, and each opens what it sealed", async () => {
  for (const newestAt of [0, 1]) {
    const store = createMemoryDisk().takeOver();
    const vault = await vaultOf(store.administration, [masterKey(1)]);
    const old = vault.seal("old", PLACE);
    const [first] = await store.administration.records("data-key");
    // As where two servers began at once: a key more, made earlier or later.
    const other = createMemoryDisk().takeOver();
    await vaultOf(other.administration, [masterKey(1)]);
    const [second] = await other.administration.records("data-key");
    assert.ok(first !== undefined && second !== undefined);
    const [one, two] = [first, second].toSorted((left, right) => (left.id < right.id ? -1 : 1));
    const newest = [one, two][newestAt];
    await store.administration.commit({
      changes: [first, second].map((record) => ({
        kind: "data-key",
        id: record.id,
        expectedRevision: record === first ? 1 : 0,
        body: JSON.stringify({
          ...(JSON.parse(record.body) as object),
          createdAt: record === newest ? 2000 : 1000,
        }),
      })),
      audit: [{ at: 0, text: "{}", openings: null }],
    });
    const both = await vaultOf(store.administration, [masterKey(1)]);
    assert.equal(both.open(old, PLACE), "old");
    const sealed = both.seal("new", PLACE);
    assert.equal(sealed.split(".")[1], newest?.id);
    const older = newest === first ? second : first;
    await both.destroy(OPERATOR, older.id, "test");
    assert.deepEqual(
      both.status().map(({ id }) => id),
      [newest?.id],
    );
    assert.equal(both.open(sealed, PLACE), "new");
  }
});

test("what is sealed under no key of this store, or is no envelope at all, opens as little as what was changed", async () => {
  const vault = await vaultOf(createMemoryDisk().takeOver().administration, [masterKey(1)]);
  const stranger = await vaultOf(createMemoryDisk().takeOver().administration, [masterKey(1)]);
  for (const sealed of [stranger.seal("x", PLACE), "", "plain", "v1.a.b"])
    assert.throws(() => vault.open(sealed, PLACE), refused);
});
