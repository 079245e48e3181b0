import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { chmodSync, closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { silentLog } from "#kernel";
import {
  anAdvance,
  anEntry,
  aNewRun,
  anEvent,
  aRun,
  aSession,
  eventId,
  functionId,
  itemName,
  leaseAll,
  NOW,
  open,
  production,
  runId,
} from "../contract/testing/builders.ts";
import { MIGRATIONS, migrate } from "./migrations.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";
import { temporaryFolder } from "./testing/folders.ts";

/** A folder with a closed store in it that has two runs: 1 goes on, 2 has ended. Then `change` is made to the file. */
async function closedStore(
  t: TestContext,
  change: string,
): Promise<{ readonly dataDir: string; readonly path: string }> {
  const dataDir = temporaryFolder(t);
  const path = join(dataDir, "holdfast.db");
  const store = await openSqliteStore({ dataDir, inline: true });
  await open(store, [aNewRun(1), aNewRun(2)]);
  await store.runs.advance(anAdvance(1, { journal: [anEntry(1), anEntry(2), anEntry(3)] }));
  await store.runs.advance(anAdvance(2, { run: aRun(2, { status: "Completed", endedAt: NOW }) }));
  await store.close();
  const db = new DatabaseSync(path);
  db.exec(change);
  db.close();
  return { dataDir, path };
}

function fingerprint(path: string): string {
  return hash("sha256", readFileSync(path));
}

/** Opening fails with this code and says this, on a thread and inline, and leaves the file as it was. */
async function assertRefused(dataDir: string, code: string, message: RegExp): Promise<void> {
  const path = join(dataDir, "holdfast.db");
  const before = fingerprint(path);
  for (const inline of [false, true]) {
    await assert.rejects(openSqliteStore({ dataDir, inline }), (error: { code: string; message: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.message.includes(path), "the message names the file");
      return true;
    });
    assert.equal(fingerprint(path), before, "the file was not touched");
  }
}

const LEFT_OPEN = "INSERT INTO meta (key, value) VALUES ('open', 1)";

test("openSqliteStore() makes a private folder and private files, whatever the umask", async (t) => {
  const dataDir = join(temporaryFolder(t), "one", "data");
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  const store = await openSqliteStore({ dataDir });
  t.after(() => store.close());
  await open(store, [aNewRun(1)]);
  for (const folder of [dataDir, join(dataDir, "..")]) assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of ["holdfast.db", "holdfast.db-wal", "holdfast.db-shm", "holdfast.lock"]) {
    assert.equal(statSync(join(dataDir, name)).mode & 0o777, 0o600, name);
  }
});

test("openSqliteStore() takes a file back that others could read, and leaves a folder as it was set", async (t) => {
  const { dataDir, path } = await closedStore(t, "");
  chmodSync(dataDir, 0o750);
  chmodSync(path, 0o644);
  const store = await openSqliteStore({ dataDir });
  t.after(() => store.close());
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(dataDir).mode & 0o777, 0o750);
});

test("openSqliteStore() marks the file as ours and records its migrations", async (t) => {
  const { path } = await closedStore(t, "");
  assert.ok(!existsSync(`${path}-wal`), "a clean stop leaves one file");
  const db = new DatabaseSync(path, { readOnly: true });
  t.after(() => db.close());
  assert.deepEqual({ ...db.prepare("PRAGMA application_id").get() }, { application_id: 0x486c6466 });
  const [migration] = db
    .prepare("SELECT version, name, length(checksum) AS length FROM schema_migrations")
    .all();
  assert.deepEqual({ ...migration }, { version: 1, name: "initial", length: 64 });
});

test("openSqliteStore() refuses a schema that a newer version made", async (t) => {
  const { dataDir } = await closedStore(
    t,
    "INSERT INTO schema_migrations VALUES (6, 'from-the-future', 'c0ffee')",
  );
  await assertRefused(dataDir, "schema_newer", /migration 6 "from-the-future".*none past 5/);
});

test("openSqliteStore() refuses a schema whose migration was another one", async (t) => {
  const { dataDir } = await closedStore(t, "UPDATE schema_migrations SET checksum = 'c0ffee'");
  await assertRefused(dataDir, "schema_changed", /migration 1 "initial".*c0ffee/);
});

test("openSqliteStore() refuses the database of another application", async (t) => {
  const { dataDir } = await closedStore(t, "PRAGMA application_id = 7");
  await assertRefused(dataDir, "store_corrupt", /another application \(id 7\)/);
});

test("openSqliteStore() refuses a file that is no database", async (t) => {
  const dataDir = temporaryFolder(t);
  writeFileSync(
    join(dataDir, "holdfast.db"),
    "These are somebody's notes, and no database at all.\n".repeat(50),
  );
  await assertRefused(dataDir, "store_corrupt", /not a database/);
});

test("openSqliteStore() takes an empty file for a new store", async (t) => {
  const dataDir = temporaryFolder(t);
  writeFileSync(join(dataDir, "holdfast.db"), "");
  const store = await openSqliteStore({ dataDir });
  await open(store, [aNewRun(1)]);
  await store.close();
});

test("openSqliteStore() refuses a second owner, and says who is in the way and what to do", async (t) => {
  const dataDir = temporaryFolder(t);
  const store = await openSqliteStore({ dataDir });
  t.after(() => store.close());
  await assert.rejects(
    openSqliteStore({ dataDir }),
    (error: { code: string; message: string; next: string }) => {
      assert.equal(error.code, "store_locked");
      assert.ok(error.message.includes(join(dataDir, "holdfast.lock")));
      assert.match(error.next, /--data-dir/);
      return true;
    },
  );
  await open(store, [aNewRun(1)]);
});

test("close() lets the next owner in, and so does a refused open", async (t) => {
  const { dataDir, path } = await closedStore(t, "UPDATE schema_migrations SET name = 'x', checksum = 'x'");
  await assert.rejects(openSqliteStore({ dataDir }), { code: "schema_changed" });
  const other = new DatabaseSync(path);
  other.exec("DROP TABLE schema_migrations; PRAGMA application_id = 7");
  other.close();
  await assert.rejects(openSqliteStore({ dataDir }), { code: "store_corrupt" });
});

test("openSqliteStore() checks a file that was left open, and says so in the log", async (t) => {
  const { dataDir } = await closedStore(t, LEFT_OPEN);
  const warnings: unknown[] = [];
  const log = { ...silentLog, warn: (facts: unknown) => warnings.push(facts) };
  const store = await openSqliteStore({ dataDir, log });
  assert.deepEqual(warnings, [{ path: join(dataDir, "holdfast.db") }]);
  assert.equal((await store.runs.get(runId(1)))?.revision, 1);
  await store.close();
  await (await openSqliteStore({ dataDir, log })).close();
  assert.equal(warnings.length, 1, "after a clean stop there is nothing to say");
});

const DAMAGE: readonly { readonly damage: string; readonly sql: string; readonly finding: RegExp }[] = [
  {
    damage: "an item of no run",
    sql: "INSERT INTO queue VALUES (99, 'start', 0, NULL, 0, 0, 1, 1, NULL, 0, NULL, NULL, NULL)",
    finding: /a queue item belongs to no run: run "99"/,
  },
  {
    damage: "an item of a run that has ended",
    sql: "INSERT INTO queue SELECT num, 'start', 0, NULL, 0, 0, 1, 1, NULL, 0, NULL, NULL, NULL FROM runs WHERE status = 2",
    finding: /a run that has ended still has a queue item: run "01JDRUN0000000000000000002"/,
  },
  {
    damage: "a run without an item",
    sql: "DELETE FROM queue",
    finding: /a run that has not ended has no queue item: run "01JDRUN0000000000000000001"/,
  },
  {
    damage: "a parked item that somebody holds",
    sql: "UPDATE queue SET parked = '1:calls/1', session = 1",
    finding: /parked and handed out at once: run "1"/,
  },
  {
    damage: "a signal of a run that has ended",
    sql: "INSERT INTO signals SELECT environment, 's', num, 'k' FROM runs WHERE status = 2",
    finding: /ended still waits for something: run "01JDRUN0000000000000000002"/,
  },
  {
    damage: "a singleton of no run",
    sql: "INSERT INTO singletons VALUES (1, 'k', 99)",
    finding: /belongs to no run: run "99"/,
  },
  {
    damage: "a name that nothing waits for",
    sql: "INSERT INTO wait_names VALUES (1, 1, 'payment', 1)",
    finding: /not counted right under the name "payment"/,
  },
  {
    damage: "a gathering without events",
    sql: "INSERT INTO gatherings VALUES (7, 1, 0, '', 1, 1, 1, 1, 1, 1, 1)",
    finding: /a gathering has no event: function and number "1 7"/,
  },
  {
    damage: "a journal without its middle",
    sql: "DELETE FROM journal WHERE seq = 2",
    finding: /the journal of a run has gaps: run "01JDRUN0000000000000000001"/,
  },
  { damage: "a journal without its end", sql: "DELETE FROM journal WHERE seq = 3", finding: /has gaps/ },
  {
    damage: "a journal without its start",
    sql: "UPDATE journal SET seq = 0 WHERE seq = 1",
    finding: /has gaps/,
  },
];

for (const { damage, sql, finding } of DAMAGE) {
  test(`openSqliteStore() refuses a file that was left open with ${damage}`, async (t) => {
    const { dataDir } = await closedStore(t, `${LEFT_OPEN}; ${sql}`);
    await assertRefused(dataDir, "store_corrupt", finding);
  });
}

test("openSqliteStore() refuses a file that was left open with a torn page", async (t) => {
  const { dataDir, path } = await closedStore(t, LEFT_OPEN);
  const db = new DatabaseSync(path, { readOnly: true });
  const page = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'journal'").get()?.["rootpage"];
  db.close();
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(512, 0xff), 0, 512, (Number(page) - 1) * 4096);
  closeSync(file);
  await assertRefused(dataDir, "store_corrupt", /damage|malformed/);
});

test("openSqliteStore() looks at no more than the header after a clean stop", async (t) => {
  const { dataDir } = await closedStore(t, "DELETE FROM queue");
  await (await openSqliteStore({ dataDir })).close();
});

test("openSqliteStore() takes a file of the first schema along, with its runs and apps", async (t) => {
  const dataDir = temporaryFolder(t);
  const path = join(dataDir, "holdfast.db");
  const old = new DatabaseSync(path);
  migrate(old, path, MIGRATIONS.slice(0, 1));
  old.exec(`
    PRAGMA application_id = 1215063142;
    INSERT INTO symbols VALUES (1, '${production}'), (2, '${functionId(1)}');
    INSERT INTO events VALUES (1, '${eventId(1)}', 1, 'order/paid', NULL, ${NOW}, ${NOW}, '{}');
    INSERT INTO runs VALUES
      (1, '${runId(1)}', 1, 2, 1, '${eventId(1)}', 1, ${NOW}, NULL, NULL, -1, 0, NULL, 0, 100, 0, 0);
    INSERT INTO queue VALUES (1, 'start', 0, NULL, 0, 1, ${NOW}, ${NOW}, 7);
    INSERT INTO idempotency_keys VALUES (2, 'k', ${NOW + 1000});
    INSERT INTO apps VALUES ('a', 1, 'app', 'http://localhost', 'sum', NULL, NULL, NULL, ${NOW}, NULL);
    INSERT INTO functions VALUES ('${functionId(1)}', 'a', 1, 'app-fn', 'fn', 1, '{}', NULL);
  `);
  old.close();
  const store = await openSqliteStore({ dataDir });
  t.after(() => store.close());
  assert.deepEqual(await store.runs.get(runId(1)), aRun(1, { status: "Running" }));
  assert.deepEqual(await leaseAll(store, await aSession(store)), [itemName(1)]);
  assert.deepEqual((await store.apps.functions())[0]?.limits, {});
  assert.equal((await store.apps.apps())[0]?.checksum, "", "it is to register again");
  const again = [aNewRun(2, { idempotency: { key: "k", expiresAt: NOW + 1000 } })];
  const result = await open(store, again, { event: anEvent(2) });
  assert.deepEqual(result.events[0]?.runs, [{ outcome: "duplicate", existing: null }]);
});
