import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { readExport, verifyLog } from "@holdfast/protocol";
import { nodeDigest } from "#kernel";
import { openSqliteStore } from "#store";
import { verifyEd25519 } from "./signing-key.ts";
import { anAct, logOf, OPERATOR, textOf } from "./testing/logs.ts";

const verify = (text: string, checkpoints: readonly string[] = []) =>
  verifyLog(readExport(text), { checkpoints, keys: null }, verifyEd25519, nodeDigest);

/** A log of so many entries on a disk, closed. */
async function onDisk(
  t: TestContext,
  count: number,
): Promise<{ readonly path: string; readonly note: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), "holdfast-audit-"));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const store = await openSqliteStore({ dataDir, inline: true });
  const { log } = await logOf(store);
  for (let left = count; left > 0; left -= 10_000)
    await store.audit.append(Array.from({ length: Math.min(left, 10_000) }, () => log.draft(anAct())));
  await log.close();
  const note = (await store.audit.checkpoints()).at(-1)?.note ?? "";
  await store.close();
  return { path: join(dataDir, "holdfast.db"), note };
}

test("A-141 A-142 in a log of 100,000 entries on disk, one bit, one row, an exchange and a cut are each found", async (t) => {
  const { path, note } = await onDisk(t, 100_000);
  const exported = async (): Promise<string> => {
    const store = await openSqliteStore({ path, inline: true });
    const { log } = await logOf(store);
    const text = await textOf(log.export(OPERATOR));
    await log.close();
    await store.close();
    return text;
  };
  const whole = await exported();
  const verdict = verify(whole, [note]);
  assert.deepEqual([verdict.ok, verdict.entryCount], [true, 100_002]);

  // Somebody who can write the file: the triggers are no obstacle, and are put back.
  const tampered = async (change: string): Promise<string> => {
    const db = new DatabaseSync(path);
    const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
    db.exec("BEGIN");
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${String(name)}`);
    db.exec(change);
    db.exec("COMMIT");
    db.exec("BEGIN");
    const rows = db
      .prepare("SELECT seq, hash, text AS entry FROM audit_entries ORDER BY seq")
      .all()
      .map((row) => JSON.stringify(row));
    db.exec("ROLLBACK");
    db.close();
    const [header = ""] = whole.split("\n");
    return `${[header, ...rows, JSON.stringify({ checkpoint: note })].join("\n")}\n`;
  };
  const restore = "UPDATE audit_entries SET text = replace(text, '\"k2\"', '\"k1\"') WHERE seq = 50000;";
  const fault = async (change: string) => verify(await tampered(change), [note]).fault;
  const bit = await fault(
    "UPDATE audit_entries SET text = replace(text, '\"k1\"', '\"k2\"') WHERE seq = 50000",
  );
  assert.deepEqual([bit?.kind, bit?.seq], ["altered", 50_000]);
  const swapped = await fault(
    `${restore} UPDATE audit_entries SET seq = -1 WHERE seq = 70000; UPDATE audit_entries SET seq = 70000 WHERE seq = 70001;
     UPDATE audit_entries SET seq = 70001 WHERE seq = -1`,
  );
  assert.deepEqual([swapped?.kind, swapped?.seq], ["altered", 70_000]);
  const back = `UPDATE audit_entries SET seq = -1 WHERE seq = 70000; UPDATE audit_entries SET seq = 70000 WHERE seq = 70001;
     UPDATE audit_entries SET seq = 70001 WHERE seq = -1;`;
  const cut = await fault(`${back} DELETE FROM audit_entries WHERE seq > 99000`);
  assert.deepEqual([cut?.kind, cut?.seq], ["truncated", 99_001]);
  const dropped = await fault("DELETE FROM audit_entries WHERE seq = 12345");
  assert.deepEqual([dropped?.kind, dropped?.seq], ["gap", 12_345]);
});
