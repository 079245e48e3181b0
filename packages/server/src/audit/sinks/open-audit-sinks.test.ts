import assert from "node:assert/strict";
import { test } from "node:test";
import { readLogs, verifyLog } from "@holdfast/protocol";
import { nodeDigest, silentLog, systemRandom } from "#kernel";
import type { AdministrationStore } from "#store";
import { createMemoryDisk } from "#store";
import { prune } from "../retention.ts";
import { verifyEd25519 } from "../signing-key.ts";
import { anAct, logOf, OPERATOR, textOf } from "../testing/logs.ts";
import { openAuditSinks } from "./open-audit-sinks.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const SETTINGS = { name: "siem", kind: "file", target: "/x.jsonl", format: "jsonl" } as const;

/** A log and its sinks, whose receiver and whose time are in the test's hands. */
async function world() {
  const store = createMemoryDisk().takeOver();
  const { log, time } = await logOf(store);
  const due: { delayMs: number; callback: () => void }[] = [];
  const clock = {
    now: () => time.now,
    monotonic: () => time.now,
    after(delayMs: number, callback: () => void) {
      const timer = { delayMs, callback };
      due.push(timer);
      return {
        cancel() {
          const at = due.indexOf(timer);
          if (at >= 0) due.splice(at, 1);
        },
      };
    },
  };
  const receiver = { lines: [] as string[], error: null as string | null, sizes: [] as number[] };
  const lost = { count: 0 };
  const administration: AdministrationStore = {
    records: (kind) => store.administration.records(kind),
    commit: (act) => store.administration.commit(act),
    async note(records) {
      if (lost.count-- > 0) throw new Error("the process died");
      await store.administration.note(records);
    },
  };
  const open = () =>
    openAuditSinks({
      administration,
      audit: log,
      vault: { seal: (secret) => secret, open: (sealed) => sealed },
      logs: () => Promise.resolve([log.reader]),
      transport: () => ({
        send({ lines }) {
          if (receiver.error !== null) return Promise.resolve(receiver.error);
          receiver.sizes.push(lines.length);
          receiver.lines.push(...lines.map(({ text }) => text));
          return Promise.resolve(null);
        },
      }),
      clock,
      random: { ...systemRandom, fraction: () => 0 },
      log: silentLog,
      version: "1.2.3",
    });
  return { store, log, time, due, receiver, lost, clock, open };
}

const seqsOf = (lines: readonly string[]) =>
  lines.flatMap((line) => (JSON.parse(line) as { seq?: number }).seq ?? []);

test("a crash between sending and noting sends again: nothing missing, in order, known by place and hash", async () => {
  const { log, lost, open, receiver } = await world();
  for (let count = 0; count < 3; count++) log.note(anAct());
  const first = await open();
  lost.count = Number.MAX_SAFE_INTEGER;
  await first.create(OPERATOR, SETTINGS);
  await first.drain(1000);
  await first.close();
  lost.count = 0;
  const second = await open();
  await second.drain(1000);
  await second.close();
  const seqs = seqsOf(receiver.lines);
  assert.ok(seqs.length > new Set(seqs).size, "some came twice");
  const [received] = readLogs(receiver.lines.join("\n"));
  assert.deepEqual(
    received?.entries.map(({ seq }) => seq),
    [1, 2, 3, 4, 5],
  );
});

test("a sink that fails is asked less and less often, says so once, and gets everything in the end", async () => {
  const { due, log, open, receiver } = await world();
  receiver.error = "No.";
  const sinks = await open();
  await sinks.create(OPERATOR, SETTINGS);
  const pauses: number[] = [];
  for (let count = 0; count < 4; count++) {
    receiver.error = count < 3 ? `No, ${count}.` : "No.";
    await sinks.drain(1000);
    pauses.push(due.at(-1)?.delayMs ?? 0);
  }
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000]);
  const [failing] = await sinks.list();
  assert.deepEqual([failing?.failing?.error, failing?.behind], ["No.", 3]);
  receiver.error = null;
  await sinks.drain(1000);
  await sinks.drain(1000);
  const [well] = await sinks.list();
  assert.deepEqual([well?.failing, well?.behind], [null, 0]);
  const actions = (await log.list({ before: null, limit: 10 })).map(
    ({ text }) => (JSON.parse(text) as { action: string }).action,
  );
  assert.deepEqual(actions.toReversed(), [
    "audit_key.created",
    "audit_sink.created",
    "audit_sink.failing",
    "audit_sink.recovered",
  ]);
  await sinks.close();
});

test("what a sink received verifies, and finds out a log that was cut behind its last checkpoint", async () => {
  const { log, open, receiver } = await world();
  const sinks = await open();
  await sinks.create(OPERATOR, SETTINGS);
  for (let count = 0; count < 5; count++) log.note(anAct());
  await sinks.drain(1000);
  assert.equal(sinks.received("production"), 0, "it has no checkpoint that covers what it has");
  await log.checkpoint();
  await sinks.drain(1000);
  assert.equal(sinks.received("production"), 7);
  const [received] = readLogs(receiver.lines.join("\n"));
  assert.ok(received !== undefined && received.header !== null);
  const { checkpoints, header } = received;
  const verify = (entries: typeof received.entries, kept: readonly string[]) =>
    verifyLog(
      { header, entries, checkpoints: [] },
      { checkpoints: kept, keys: null },
      verifyEd25519,
      nodeDigest,
    );
  assert.equal(verify(received.entries, checkpoints).ok, true);
  assert.equal(verify(received.entries.slice(0, -2), []).ok, true, "alone it cannot be known");
  const { fault } = verify(received.entries.slice(0, -2), checkpoints);
  assert.deepEqual(
    [fault?.kind, fault?.words.includes("checkpoint signed for 7 entries")],
    ["truncated", true],
  );
  await sinks.close();
});

test("retention takes what is old, waits for a sink that lags, and what is left still verifies", async () => {
  const { clock, log, open, receiver, time } = await world();
  const sinks = await open();
  for (let count = 0; count < 5; count++) log.note(anAct());
  await log.checkpoint();
  receiver.error = "No.";
  await sinks.create(OPERATOR, SETTINGS);
  await sinks.drain(1000);
  const cut = () =>
    prune({ days: 30, logs: () => Promise.resolve([log]), received: (name) => sinks.received(name), clock });
  const first = async () => (await log.reader.head()).first;
  time.now += 30.5 * DAY_MS;
  await prune({ days: 30, logs: () => Promise.resolve([log]), received: () => 1000, clock });
  assert.equal(await first(), 1, "not before a whole day has come together");
  time.now += DAY_MS;
  await cut();
  assert.equal(await first(), 1, "the sink has nothing yet");
  receiver.error = null;
  await sinks.drain(1000);
  await cut();
  assert.equal(await first(), 7, "up to the checkpoint that is old enough");
  const exported = readLogs(await textOf(log.export(OPERATOR)))[0];
  assert.ok(exported !== undefined && exported.header !== null);
  const kept = readLogs(receiver.lines.join("\n"))[0]?.checkpoints ?? [];
  const { header, ...rest } = exported;
  const verdict = verifyLog(
    { header, ...rest },
    { checkpoints: kept, keys: null },
    verifyEd25519,
    nodeDigest,
  );
  assert.deepEqual([verdict.fault, header.first], [null, 7]);
  await cut();
  assert.equal(await first(), 7, "and nothing that is young");
  await sinks.drain(1000);
  assert.equal((await sinks.list())[0]?.failing, null, "a cut by retention is no cut by a stranger");
  await sinks.close();
});

test("only a sink over https has a secret, a change is held against the rules, and there is none but those that are there", async () => {
  const { log, open } = await world();
  const sinks = await open();
  const made = await sinks.create(OPERATOR, {
    ...SETTINGS,
    kind: "https",
    target: "https://siem.example.org/",
  });
  assert.match(made.secret ?? "", /^whsec_/);
  await assert.rejects(sinks.change(OPERATOR, made.sink.id, { target: "http://siem.example.org/" }), {
    code: "request_invalid",
  });
  await assert.rejects(sinks.create(OPERATOR, { ...SETTINGS, target: "/x.log" }), {
    code: "request_invalid",
  });
  for (const act of [
    sinks.change(OPERATOR, "none", { name: "x" }),
    sinks.remove(OPERATOR, "none"),
    sinks.test(OPERATOR, "none"),
  ])
    await assert.rejects(act, { code: "not_found" });
  await sinks.remove(OPERATOR, made.sink.id);
  assert.deepEqual(await sinks.list(), []);
  const removed = (await log.list({ before: null, limit: 9, action: "audit_sink.removed" }))[0]?.text ?? "";
  assert.deepEqual((JSON.parse(removed) as { changes: unknown }).changes, {
    kind: { from: "https", to: null },
    target: { from: "https://siem.example.org/", to: null },
    format: { from: "jsonl", to: null },
  });
  await sinks.close();
});

test("a sink that was changed or is closed sends nothing by its old hand", async () => {
  const { due, log, open, receiver } = await world();
  const sinks = await open();
  const { sink } = await sinks.create(OPERATOR, SETTINGS);
  await sinks.drain(1000);
  await sinks.change(OPERATOR, sink.id, { name: "other" });
  await sinks.drain(1000);
  assert.equal(due.length, 1, "one hand waits for what is new");
  await sinks.close();
  assert.deepEqual(due, []);
  const count = receiver.lines.length;
  log.note(anAct());
  assert.equal(receiver.lines.length, count);
});

test("a sink is one of sixteen, has a target of its own, and begins anew at another one", async () => {
  const { log, open, receiver } = await world();
  const sinks = await open();
  const { sink } = await sinks.create(OPERATOR, SETTINGS);
  await assert.rejects(sinks.create(OPERATOR, SETTINGS), { code: "conflict" });
  for (let count = 1; count < 16; count++)
    await sinks.create(OPERATOR, { ...SETTINGS, target: `/x${count}.jsonl` });
  await assert.rejects(sinks.create(OPERATOR, { ...SETTINGS, target: "/y.jsonl" }), { code: "conflict" });
  await assert.rejects(sinks.change(OPERATOR, sink.id, { target: "/x1.jsonl" }), { code: "conflict" });
  await sinks.drain(1000);
  receiver.lines.length = 0;
  assert.equal((await sinks.change(OPERATOR, sink.id, { name: "other" })).name, "other");
  await sinks.drain(1000);
  assert.ok(!seqsOf(receiver.lines).includes(1), "another name is no other place");
  receiver.lines.length = 0;
  await sinks.change(OPERATOR, sink.id, { target: "/elsewhere.jsonl" });
  await sinks.drain(1000);
  assert.equal(seqsOf(receiver.lines).filter((seq) => seq === 1).length, 1);
  assert.ok((await log.list({ before: null, limit: 9, action: "audit_sink.changed" })).length === 2);
  await sinks.close();
});

test("what is changed of a sink stands in the log, and nothing else; of two who change it at once one is told", async () => {
  const { log, open } = await world();
  const sinks = await open();
  const { sink, secret } = await sinks.create(OPERATOR, SETTINGS);
  assert.equal(secret, null, "only what goes over https is signed");
  const late = await open();
  await sinks.change(OPERATOR, sink.id, { format: "ocsf" });
  await assert.rejects(late.change(OPERATOR, sink.id, { name: "other" }), { code: "conflict" });
  const changes = (await log.list({ before: null, limit: 10 }))
    .map(({ text }) => JSON.parse(text) as { action: string; changes: object })
    .filter(({ action }) => action.startsWith("audit_sink."))
    .map(({ action, changes: what }) => [action, what]);
  assert.deepEqual(changes.toReversed(), [
    [
      "audit_sink.created",
      {
        kind: { from: null, to: "file" },
        target: { from: null, to: "/x.jsonl" },
        format: { from: null, to: "jsonl" },
      },
    ],
    ["audit_sink.changed", { format: { from: "jsonl", to: "ocsf" } }],
  ]);
  for (const opened of [sinks, late]) await opened.close();
});
