import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { readCheckpoint, readExport, verifyLog } from "@holdfast/protocol";
import { nodeDigest } from "#kernel";
import { createMemoryDisk, openSqliteStore } from "#store";
import { verifyEd25519 } from "./signing-key.ts";
import { anAct, logOf, OPERATOR, textOf } from "./testing/logs.ts";

const verify = (text: string, checkpoints: readonly string[] = []) =>
  verifyLog(readExport(text), { checkpoints, keys: null }, verifyEd25519, nodeDigest);

test("a log verifies, with its checkpoint, and its export says that it was exported", async () => {
  const store = createMemoryDisk().takeOver();
  const { log } = await logOf(store);
  log.note(anAct());
  const text = await textOf(log.export(OPERATOR));
  const verdict = verify(text);
  assert.deepEqual([verdict.ok, verdict.entryCount, verdict.checkpointSize], [true, 3, 3]);
  const actions = readExport(text).entries.map(
    ({ entry }) => (JSON.parse(entry) as { action: string }).action,
  );
  assert.deepEqual(actions, ["audit_key.created", "event_key.created", "audit.exported"]);
  assert.equal((await log.verify()).ok, true);
  await log.close();
});

test("a log goes on with its key and its tree after a restart", async () => {
  const store = createMemoryDisk().takeOver();
  const first = await logOf(store);
  first.log.note(anAct());
  await first.log.close();
  const second = await logOf(store);
  assert.deepEqual(second.log.keys(), first.log.keys());
  second.log.note(anAct());
  await second.log.close();
  assert.deepEqual(
    (await store.audit.checkpoints()).map(({ note }) => readCheckpoint(note)?.checkpoint.size),
    [2, 3],
  );
  assert.equal(verify(await textOf(second.log.export(OPERATOR))).ok, true);
});

test("the clock signs what is new, and nothing twice", async () => {
  const store = createMemoryDisk().takeOver();
  const { log, time } = await logOf(store);
  log.note(anAct());
  const tick = async (): Promise<number> => {
    for (const callback of time.due.splice(0)) callback();
    // In turn with the checkpoint that the clock began.
    await log.checkpoint();
    return (await log.checkpoints()).length;
  };
  assert.equal(await tick(), 1);
  assert.equal(await tick(), 1);
});

test("equal refusals are one entry and one number; others stand for themselves", async () => {
  const store = createMemoryDisk().takeOver();
  const { log, time } = await logOf(store);
  const denied = anAct({ action: "access.denied", result: "denied", reason: "unknown" });
  const other = anAct({ action: "access.denied", result: "denied", reason: "missing" });
  for (let count = 0; count < 500; count++) log.note(denied);
  log.note(other);
  for (const callback of time.due.splice(0)) callback();
  await log.close();
  const entries = (await store.audit.entries({ after: 1, limit: 100 })).map(
    ({ text }) => JSON.parse(text) as { reason: string; changes: { times?: { to: number } } },
  );
  assert.deepEqual(
    entries.map(({ reason, changes }) => [reason, changes.times?.to]),
    [
      ["unknown", undefined],
      ["missing", undefined],
      ["unknown", 499],
    ],
  );
});

test("a stranger who varies what is written does not grow what is held in memory, nor lose an entry", async () => {
  const store = createMemoryDisk().takeOver();
  const { log } = await logOf(store);
  for (let count = 0; count < 1500; count++)
    log.note(anAct({ action: "access.denied", result: "denied", reason: `r${count}` }));
  await log.close();
  assert.equal((await store.audit.head()).size, 1501);
});

test("what retention cuts off is at a checkpoint, and the rest verifies with what it hangs on", async () => {
  const store = createMemoryDisk().takeOver();
  const { log, time } = await logOf(store);
  for (let count = 0; count < 5; count++) log.note(anAct());
  await log.checkpoint();
  time.now += 10_000;
  log.note(anAct());
  assert.equal(await log.prune(OPERATOR, 60_000), 0, "nothing is old enough");
  assert.equal(await log.prune(OPERATOR, 5_000), 6);
  const text = await textOf(log.export(OPERATOR));
  assert.equal(readExport(text).header.first, 7);
  const verdict = verify(text);
  assert.deepEqual([verdict.fault, verdict.ok], [null, true]);
  assert.match(verdict.unknown.join(" "), /1 to 6 said/);
  assert.equal(await log.prune(OPERATOR, -1), 3, "and again, from where it was cut");
  assert.equal(verify(await textOf(log.export(OPERATOR))).ok, true);
  await log.close();
});

test("what is listed is the newest first, by action and by who did it", async () => {
  const store = createMemoryDisk().takeOver();
  const { log } = await logOf(store);
  for (let count = 0; count < 5; count++) log.note(anAct({ reason: `${count}` }));
  log.note(anAct({ action: "event_key.revoked" }));
  const rows = await log.list({ before: null, limit: 2, action: "event_key.created", actor: "op-1" });
  assert.deepEqual(
    rows.map(({ text }) => (JSON.parse(text) as { reason: string }).reason),
    ["4", "3"],
  );
  assert.deepEqual(await log.list({ before: null, limit: 2, actor: "nobody" }), []);
  await log.close();
});

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
