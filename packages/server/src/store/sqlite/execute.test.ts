import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { SessionId } from "../records.ts";
import {
  anAdvance,
  anEntry,
  aNewRun,
  anEvent,
  anItem,
  aRun,
  eventId,
  functionId,
  NOW,
  open,
  runId,
} from "../contract/testing/builders.ts";
import { encodeAccept } from "./accept.ts";
import type { Answer, Command } from "./commands.ts";
import { executeBatch, prepareWriter } from "./execute.ts";
import { encodeLease } from "./lease.ts";
import { closeDatabase, openDatabase } from "./open.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";
import { encodePause, encodeResume } from "./pauses.ts";
import { encodeOpenSession } from "./sessions.ts";
import { prepare } from "./statement.ts";
import { temporaryFolder } from "./testing/folders.ts";

for (const inline of [false, true]) {
  test(`an act that breaks fails alone, and its neighbours in the batch are done (inline: ${inline})`, async (t) => {
    const store = await openSqliteStore({ dataDir: temporaryFolder(t), inline });
    t.after(() => store.close());
    await open(store, [aNewRun(1)]);
    const { commits } = store.stats();
    // Environments and sessions named for the first time in a batch that is rolled back must be named again.
    const outcomes = await Promise.allSettled([
      open(store, [aNewRun(2)], { event: anEvent(2) }),
      open(store, [aNewRun(1)], { event: anEvent(3) }),
      store.queue.openSession({ node: "n", now: NOW, expiresAt: NOW + 1000 }),
      store.runs.advance(anAdvance(1, { journal: [anEntry(7)] })),
      store.runs.advance(anAdvance(2, { journal: [anEntry(1)] })),
      store.runs.advance(anAdvance(2, { journal: [anEntry(1)] })),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "done")),
      ["done", "store_refused", "done", "store_refused", "done", "done"],
    );
    assert.equal(store.stats().commits - commits, 4, "one transaction for each act that could be done");
    assert.equal(await store.events.get(eventId(3)), null);
    assert.equal((await store.runs.get(runId(1)))?.revision, 0);
    assert.equal((await store.runs.get(runId(2)))?.revision, 1);
  });
}

test("an accept is refused that would open a run which has ended", async (t) => {
  const store = await openSqliteStore({ path: ":memory:" });
  t.after(() => store.close());
  const ended = aNewRun(1, { run: { status: "Completed", endedAt: NOW } });
  await assert.rejects(open(store, [ended]), { code: "store_refused", message: /ended already/ });
  assert.equal(await store.events.get(eventId(1)), null);
});

test("an advance is refused that would bring a run back or leave one that nothing wakes", async (t) => {
  const store = await openSqliteStore({ path: ":memory:" });
  t.after(() => store.close());
  await open(store, [aNewRun(1), aNewRun(2)]);
  const stuck = store.runs.advance(anAdvance(1, { finish: ["start"] }));
  await assert.rejects(stuck, { code: "store_refused", message: /without a queue item/ });
  assert.deepEqual((await store.runs.load(runId(1)))?.items, [anItem(1)]);

  await store.runs.advance(anAdvance(2, { run: aRun(2, { status: "Failed", endedAt: NOW }) }));
  const revived = store.runs.advance(anAdvance(2, { expectedRevision: 1, enqueue: [anItem(2)] }));
  await assert.rejects(revived, { code: "store_refused", message: /must stay ended/ });
  assert.deepEqual(await store.queue.size(), { queued: 1, held: 0 });
});

test("a disk that is full fails the whole batch, keeps nothing of it, and leaves the store usable", (t) => {
  const { db } = openDatabase(join(temporaryFolder(t), "holdfast.db"));
  t.after(() => closeDatabase(db));
  const writer = prepareWriter(db);
  const accept = (num: number, bodyChars: number): Command => {
    const event = anEvent(num, { body: "x".repeat(bodyChars) });
    return encodeAccept({
      events: [{ event, runs: [aNewRun(num)], gatherings: [] }],
      session: null,
      now: NOW,
    });
  };
  const events = prepare<readonly [number]>(db, "SELECT COUNT(*) FROM events");
  assert.equal(executeBatch(db, writer, [accept(1, 10)]).failures, null);

  const pages = prepare<readonly [number]>(db, "PRAGMA page_count").get()?.[0] ?? 0;
  db.exec(`PRAGMA max_page_count = ${pages + 4}`);
  const full = executeBatch(db, writer, [accept(2, 10), accept(3, 100_000), accept(4, 10)]);
  assert.equal(full.commits, 0);
  assert.deepEqual(
    [0, 1, 2].map((position) => full.failures?.get(position)?.code),
    ["store_failed", "store_failed", "store_failed"],
  );
  assert.match(full.failures?.get(1)?.message ?? "", /full/);
  assert.deepEqual(events.get(), [1]);

  db.exec("PRAGMA max_page_count = 1000000");
  assert.equal(executeBatch(db, writer, [accept(2, 10), accept(3, 100_000)]).failures, null);
  assert.deepEqual(events.get(), [3]);
});

test("a line that was moved by a batch which failed is moved again by the next", (t) => {
  const { db } = openDatabase(":memory:");
  t.after(() => db.close());
  const writer = prepareWriter(db);
  const ask = (...commands: readonly Command[]): readonly Answer[] | "failed" => {
    const reply = executeBatch(db, writer, commands);
    return reply.failures === null ? reply.answers : "failed";
  };
  const accept = (num: number, body: string): Command => {
    const events = [{ event: anEvent(num, { body }), runs: [aNewRun(num)], gatherings: [] }];
    return encodeAccept({ events, session: null, now: NOW });
  };
  // The first session of a store.
  const lease = encodeLease(1 as SessionId, 10, NOW);
  ask(accept(1, "{}"), encodeOpenSession("n", NOW, NOW + 1000), encodePause(functionId(1), NOW), lease);
  ask(encodeResume(functionId(1), NOW));
  const pages = prepare<readonly [number]>(db, "PRAGMA page_count").get()?.[0] ?? 0;
  db.exec(`PRAGMA max_page_count = ${pages + 4}`);
  assert.equal(ask(lease, accept(2, "x".repeat(100_000))), "failed");
  db.exec("PRAGMA max_page_count = 1000000");
  const [answer] = ask(lease);
  assert.ok(Array.isArray(answer) && answer.includes(runId(1)));
});

test("accept() sweeps idempotency keys that have expired, a slice at a time, and no others", (t) => {
  const { db } = openDatabase(":memory:");
  t.after(() => db.close());
  const writer = prepareWriter(db);
  const accept = (num: number, expiresAt: number, now: number): void => {
    const runs = [aNewRun(num, { idempotency: { key: `key ${num}`, expiresAt } })];
    const reply = executeBatch(db, writer, [
      encodeAccept({ events: [{ event: anEvent(num), runs, gatherings: [] }], session: null, now }),
    ]);
    assert.equal(reply.failures, null);
  };
  const keys = prepare<readonly [total: number, live: number]>(
    db,
    `SELECT COUNT(*), COUNT(*) FILTER (WHERE expires_at > ${NOW}) FROM idempotency_keys`,
  );
  for (let num = 0; num < 1000; num++) accept(num, num % 10 === 0 ? NOW + 5000 : NOW, NOW - 1000);
  assert.deepEqual(keys.get(), [1000, 100], "nothing has expired yet");
  for (let num = 1000; num < 1400; num++) accept(num, NOW + 5000, NOW);
  assert.deepEqual(keys.get(), [500, 500], "the expired ones are gone, the live ones stay");
});
