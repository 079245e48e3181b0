import assert from "node:assert/strict";
import { test } from "node:test";
import { readCheckpoint, readExport, verifyLog } from "@holdfast/protocol";
import { nodeDigest } from "#kernel";
import { createMemoryDisk } from "#store";
import { prunedTree } from "./log-reader.ts";
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

test("the clock signs by itself, a minute after each time, until the log is closed", async () => {
  const store = createMemoryDisk().takeOver();
  const { log, time } = await logOf(store);
  const [tick] = time.due.splice(0);
  assert.ok(tick !== undefined, "it waits from the beginning");
  tick();
  // A turn of the event loop later the checkpoint is there, and the next minute has begun.
  while (time.due.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await log.checkpoints()).length, 1);
  await log.close();
  assert.equal(time.due.length, 0);
});

test("an export has what opens the names in it", async () => {
  const store = createMemoryDisk().takeOver();
  const { log } = await logOf(store);
  log.note(anAct());
  const text = await textOf(log.export(OPERATOR));
  assert.match(text, /"openings":\{[^\n]*Web shop/);
  await log.close();
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
  assert.equal(await log.checkpoint(), null);
  assert.notEqual(log.draft(anAct()).openings, null);
  const nameless = { ...OPERATOR, actor: { ...OPERATOR.actor, name: null } };
  assert.equal(log.draft(anAct({ authority: nameless, targets: [] })).openings, null);
});

test("a log that has no entries is not signed", async () => {
  const store = createMemoryDisk().takeOver();
  const { log } = await logOf(store);
  // The first entry tells of the log's own key.
  assert.equal((await log.checkpoint())?.size, 1);
  assert.deepEqual(await prunedTree(store.administration, 1), []);
  assert.deepEqual(await prunedTree(store.administration, 99), [], "of what nobody removed there is no tree");
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

test("a log whose beginning was removed goes on with its tree after a restart, and holds", async () => {
  const store = createMemoryDisk().takeOver();
  const first = await logOf(store);
  for (let count = 0; count < 5; count++) first.log.note(anAct());
  await first.log.checkpoint();
  first.time.now += 1000;
  assert.equal(await first.log.prune(OPERATOR, 0), 6);
  await first.log.close();
  const second = await logOf(store);
  second.log.note(anAct());
  await second.log.checkpoint();
  const text = await textOf(second.log.export(OPERATOR));
  const { header } = readExport(text);
  const verdict = verify(text);
  assert.deepEqual([header.first, verdict.fault, verdict.checkpointSize], [7, null, 9]);
  await second.log.close();
});

test("a table of a log has a line for its columns and one for each entry, and none for what has no text there", async () => {
  const store = createMemoryDisk().takeOver();
  const { log } = await logOf(store);
  log.note(anAct());
  await log.checkpoint();
  const lines = (await textOf(log.export(OPERATOR, "csv"))).trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => line.split(",")[0]),
    ['"seq"', '"1"', '"2"', '"3"'],
  );
  await log.close();
});

test("what was gathered is written when the log is closed", async () => {
  const store = createMemoryDisk().takeOver();
  const { log } = await logOf(store);
  const denied = anAct({ action: "access.denied", result: "denied", reason: "unknown" });
  for (let count = 0; count < 3; count++) log.note(denied);
  await log.close();
  const texts = (await store.audit.entries({ after: 1, limit: 100 })).map(({ text }) => text);
  assert.deepEqual(
    texts.map((text) => (JSON.parse(text) as { changes: { times?: { to: number } } }).changes.times?.to),
    [undefined, 2],
  );
});

test("a list goes on past its first portion, to what is wanted of one action and one actor", async () => {
  const store = createMemoryDisk().takeOver();
  const { log } = await logOf(store);
  const other = { ...OPERATOR, actor: { ...OPERATOR.actor, id: "op-2" } };
  log.note(anAct({ authority: other }));
  for (let count = 0; count < 2500; count++) log.note(anAct({ action: "event_key.revoked" }));
  await log.close();
  const of = async (query: { action?: string; actor?: string }, limit = 10_000) =>
    (await log.list({ before: null, limit, ...query })).length;
  assert.deepEqual(
    [
      await of({}),
      await of({}, 1),
      await of({ action: "event_key.created" }),
      await of({ actor: "op-2" }),
      await of({ action: "event_key.revoked", actor: "op-2" }),
      await of({ action: "event_key.revoked", actor: "op-1" }),
    ],
    [2502, 1, 1, 1, 0, 2500],
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
  assert.equal(await log.prune(OPERATOR, 10_000), 0, "nor is what is just as old");
  assert.equal(await log.prune(OPERATOR, 5_000, 5), 0, "a sink has not got that far");
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
