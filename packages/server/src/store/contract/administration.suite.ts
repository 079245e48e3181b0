import assert from "node:assert/strict";
import { chainHash, CHAIN_START, entryHash } from "@holdfast/protocol";
import { nodeDigest } from "#kernel";
import type { AuditDraft, RecordChange } from "../administration.ts";
import type { Store } from "../contract.ts";
import {
  aCancellation,
  anAdvance,
  aNewRun,
  anEntry,
  aRegistration,
  functionId,
  NOW,
  open,
  production,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { reopenTest, storeTest } from "./testing/harness.ts";

const draft = (what: string, openings: string | null = null): AuditDraft => ({
  at: NOW,
  text: `{"what":${JSON.stringify(what)}}`,
  openings,
});
const put = (id: string, expectedRevision: number, body: string | null): RecordChange => ({
  kind: "event-key",
  id,
  expectedRevision,
  body,
});

async function entered(store: Store): Promise<readonly string[]> {
  const rows = await store.audit.entries({ after: 0, limit: 100 });
  return rows.map(({ text }) => (JSON.parse(text) as { what: string }).what);
}

/** Adds entries 1 to `count`. */
async function fill(store: Store, count: number): Promise<void> {
  await store.audit.append(
    Array.from({ length: count }, (_, index) => draft(`e${index + 1}`, `{"n":${index + 1}}`)),
  );
}

export function administrationSuite(create: CreateHarness): void {
  storeTest(
    create,
    "a record changes from its known revision, with its entry, and is gone when it is removed",
    async (store) => {
      const { administration } = store;
      const made = await administration.commit({ changes: [put("a", 0, "1")], audit: [draft("made")] });
      assert.equal(made.kind, "committed");
      await administration.commit({
        changes: [put("a", 1, "2"), put("b", 0, "x")],
        audit: [draft("changed")],
      });
      assert.deepEqual(await administration.records("event-key"), [
        { kind: "event-key", id: "a", revision: 2, body: "2" },
        { kind: "event-key", id: "b", revision: 1, body: "x" },
      ]);
      assert.deepEqual(await administration.records("signing-key"), []);
      await administration.commit({ changes: [put("a", 2, null)], audit: [draft("removed")] });
      assert.deepEqual(
        (await administration.records("event-key")).map(({ id }) => id),
        ["b"],
      );
      assert.deepEqual(await entered(store), ["made", "changed", "removed"]);
    },
  );

  storeTest(create, "a conflict in one record changes nothing, and is not in the log", async (store) => {
    const { administration } = store;
    await administration.commit({ changes: [put("a", 0, "1")], audit: [draft("made")] });
    for (const [id, revision] of [
      ["a", 0],
      ["a", 2],
      ["new", 1],
    ] as const) {
      const outcome = await administration.commit({
        changes: [put("b", 0, "x"), put(id, revision, "y")],
        audit: [draft("never")],
      });
      assert.deepEqual(outcome, { kind: "conflict", record: { kind: "event-key", id } });
    }
    assert.deepEqual(
      (await administration.records("event-key")).map(({ id, body }) => [id, body]),
      [["a", "1"]],
    );
    assert.deepEqual(await entered(store), ["made"]);
  });

  storeTest(create, "of many who change one record from the same revision, one does", async (store) => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        store.administration.commit({ changes: [put("a", 0, `${index}`)], audit: [draft(`${index}`)] }),
      ),
    );
    assert.equal(outcomes.filter(({ kind }) => kind === "committed").length, 1);
    assert.equal((await entered(store)).length, 1);
  });

  storeTest(
    create,
    "what is noted needs no entry, and a kind that operators decide cannot be noted",
    async (store) => {
      const { administration } = store;
      await administration.note([{ kind: "key-use", id: "k", body: "1" }]);
      await administration.note([{ kind: "key-use", id: "k", body: "2" }]);
      assert.deepEqual(
        (await administration.records("key-use")).map(({ body }) => body),
        ["2"],
      );
      await assert.rejects(administration.note([{ kind: "event-key", id: "a", body: "1" }]), {
        code: "store_refused",
      });
      assert.deepEqual(await administration.records("event-key"), []);
      assert.deepEqual(await entered(store), []);
    },
  );

  storeTest(create, "each entry hangs on the one before", async (store) => {
    await fill(store, 3);
    const rows = await store.audit.entries({ after: 0, limit: 10 });
    let previous = CHAIN_START;
    for (const [index, row] of rows.entries()) {
      assert.equal(row.seq, index + 1);
      assert.equal(row.previousHash, previous);
      assert.equal(row.hash, chainHash(previous, entryHash(row.text, nodeDigest), row.seq, nodeDigest));
      previous = row.hash;
    }
    assert.deepEqual(await store.audit.head(), { size: 3, hash: previous, first: 1 });
    assert.deepEqual(
      (await store.audit.newest({ before: 3, limit: 1 })).map(({ seq }) => seq),
      [2],
    );
    assert.deepEqual(
      (await store.audit.entries({ after: 2, limit: 9 })).map(({ seq }) => seq),
      [3],
    );
  });

  reopenTest(create, "the log goes on where it ended", async (store, reopen) => {
    await fill(store, 2);
    const before = await store.audit.head();
    const again = await reopen();
    assert.deepEqual(await again.audit.head(), before);
    const [next] = await again.audit.append([draft("next")]);
    assert.deepEqual([next?.seq, next?.previousHash], [3, before.hash]);
  });

  storeTest(
    create,
    "the log is cut at a checkpoint only, and what is left hangs on what was cut",
    async (store) => {
      await fill(store, 4);
      await store.audit.addCheckpoint({ size: 2, at: NOW, note: "checkpoint" });
      await assert.rejects(store.audit.prune({ upTo: 3, audit: draft("never") }), { code: "store_refused" });
      const last = (await store.audit.entries({ after: 1, limit: 1 }))[0]?.hash;
      await store.audit.prune({ upTo: 2, audit: draft("pruned") });
      const left = await store.audit.entries({ after: 0, limit: 10 });
      assert.deepEqual(
        left.map(({ seq }) => seq),
        [3, 4, 5],
      );
      assert.equal(left[0]?.previousHash, last);
      assert.equal((await store.audit.head()).first, 3);
      assert.deepEqual(
        (await store.audit.checkpoints()).map(({ size }) => size),
        [2],
      );
    },
  );

  storeTest(create, "checkpoints are found by how much they cover, the smallest first", async (store) => {
    await fill(store, 4);
    for (const size of [3, 1, 4]) await store.audit.addCheckpoint({ size, at: NOW, note: `note ${size}` });
    const sizes = async (...query: Parameters<typeof store.audit.checkpoints>) =>
      (await store.audit.checkpoints(...query)).map(({ size }) => size);
    assert.deepEqual(await sizes(), [1, 3, 4]);
    assert.deepEqual(await sizes({ after: 1, limit: 1 }), [3]);
    assert.deepEqual(await sizes({ after: 4, limit: 9 }), []);
  });

  storeTest(create, "what opens names can be erased, and the entry stays as it is", async (store) => {
    await fill(store, 2);
    const [before] = await store.audit.entries({ after: 0, limit: 1 });
    await store.audit.eraseOpenings([1], draft("erased"));
    const [after, other] = await store.audit.entries({ after: 0, limit: 2 });
    assert.deepEqual(after, { ...before, openings: null });
    assert.equal(other?.openings, '{"n":2}');
  });

  storeTest(
    create,
    "A-102 a nonce is taken once while it lives, by one of many, and again when it has expired",
    async (store) => {
      const { nonces } = store;
      const take = (now: number): Promise<boolean> => nonces.take({ nonce: "n", expiresAt: now + 90, now });
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => take(1000)));
      assert.equal(outcomes.filter(Boolean).length, 1);
      assert.equal(await take(1089), false);
      assert.deepEqual(await nonces.live(1089), [{ nonce: "n", expiresAt: 1090 }]);
      assert.equal(await take(1090), true);
      assert.deepEqual(await nonces.live(5000), []);
    },
  );

  reopenTest(create, "a nonce is remembered across a restart", async (store, reopen) => {
    await store.nonces.take({ nonce: "n", expiresAt: 2000, now: 1000 });
    const again = await reopen();
    assert.equal(await again.nonces.take({ nonce: "n", expiresAt: 2500, now: 1500 }), false);
  });

  storeTest(
    create,
    "an act that changes something takes its entries along; one that does not, does not",
    async (store) => {
      const fn = functionId(1);
      const audited = (what: string): readonly [AuditDraft] => [draft(what)];
      assert.equal(
        await store.apps.register(aRegistration({ checksum: "a" }, []), audited("registered")),
        true,
      );
      assert.equal(await store.apps.register(aRegistration({ checksum: "a" }, []), audited("never")), false);
      await store.queue.pause(fn, NOW, audited("paused"));
      await store.queue.pause(fn, NOW, audited("never"));
      await store.queue.resume(fn, NOW, audited("resumed"));
      await store.queue.resume(fn, NOW, audited("never"));
      await store.cancellations.add(aCancellation("c"), audited("added"));
      await assert.rejects(store.cancellations.add(aCancellation("c"), audited("never")), {
        code: "store_refused",
      });
      await store.cancellations.remove(production, "c", audited("dropped"));
      await store.cancellations.remove(production, "c", audited("never"));
      const { name } = aRegistration({}, []).app;
      await store.apps.remove(production, name, NOW, audited("removed"));
      await store.apps.remove(production, name, NOW, audited("never"));
      assert.deepEqual(await entered(store), [
        "registered",
        "paused",
        "resumed",
        "added",
        "dropped",
        "removed",
      ]);
    },
  );

  storeTest(create, "a step of a run takes its entries along when it is committed", async (store) => {
    await open(store, [aNewRun(1)]);
    const step = anAdvance(1, { journal: [anEntry(1)] });
    assert.equal((await store.runs.advance({ ...step, audit: [draft("stepped")] })).kind, "committed");
    assert.equal((await store.runs.advance({ ...step, audit: [draft("never")] })).kind, "conflict");
    assert.deepEqual(await entered(store), ["stepped"]);
  });
}
