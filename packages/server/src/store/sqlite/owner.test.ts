import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openSqliteStore } from "./open-sqlite-store.ts";
import { temporaryFolder } from "./testing/folders.ts";

for (const inline of [true, false]) {
  test(`A-032 a file of one environment is not served as another's, ${inline ? "inline" : "on a thread"}`, async (t) => {
    const dataDir = temporaryFolder(t);
    await (await openSqliteStore({ dataDir, inline, owner: "staging" })).close();
    const before = readFileSync(join(dataDir, "holdfast.db"));
    await assert.rejects(openSqliteStore({ dataDir, inline, owner: "production" }), {
      code: "store_foreign",
    });
    assert.ok(readFileSync(join(dataDir, "holdfast.db")).equals(before), "the file is as it was");
    await (await openSqliteStore({ dataDir, inline, owner: "staging" })).close();
  });
}

test("A-141 no statement changes, drops or inserts an entry of the log, or sets its head back", async (t) => {
  const dataDir = temporaryFolder(t);
  const store = await openSqliteStore({ dataDir, inline: true });
  await store.audit.append(
    ["a", "b", "c"].map((what) => ({ at: 1, text: `{"what":"${what}"}`, openings: null })),
  );
  const before = await store.audit.entries({ after: 0, limit: 10 });
  await store.close();

  const db = new DatabaseSync(join(dataDir, "holdfast.db"));
  for (const sql of [
    "UPDATE audit_entries SET text = '{}' WHERE seq = 2",
    "UPDATE audit_entries SET at = 2 WHERE seq = 2",
    "UPDATE audit_entries SET hash = 'x' WHERE seq = 2",
    "UPDATE audit_entries SET seq = 9 WHERE seq = 2",
    "UPDATE audit_entries SET openings = '{}' WHERE seq = 2",
    "DELETE FROM audit_entries WHERE seq = 3",
    "DELETE FROM audit_entries",
    "INSERT INTO audit_entries (seq, at, text, previous_hash, hash) VALUES (9, 1, '{}', 'x', 'x')",
    "INSERT OR REPLACE INTO audit_entries (seq, at, text, previous_hash, hash) VALUES (2, 1, '{}', 'x', 'x')",
    "UPDATE audit_head SET size = 1",
    "UPDATE audit_head SET first = 0",
    "DELETE FROM audit_head",
  ]) {
    assert.throws(() => db.exec(sql), /audit log/, sql);
  }
  db.close();
  const again = await openSqliteStore({ dataDir, inline: true });
  assert.deepEqual(await again.audit.entries({ after: 0, limit: 10 }), before);
  await again.close();
});
