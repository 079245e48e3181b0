import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { aNewRun, anEvent, aSession, eventId, leaseAll, open, runId } from "../contract/testing/builders.ts";
import { openReadingConnection } from "./open.ts";
import { assembleStore, openSqliteStore } from "./open-sqlite-store.ts";
import { temporaryFolder } from "./testing/folders.ts";
import { startThreadedWriter } from "./threaded-writer.ts";

const CHILD = fileURLToPath(new URL("./testing/write-until-killed.ts", import.meta.url));

test("a store whose process is killed has everything that was acknowledged, whole, and no owner", async (t) => {
  const dataDir = temporaryFolder(t);
  const child = spawn(process.execPath, ["-C", "@holdfast/source", CHILD, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const acknowledged: { readonly act: string; readonly num: number }[] = [];
  let isRefused = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "ready") {
      await assert.rejects(openSqliteStore({ dataDir }), { code: "store_locked" });
      isRefused = true;
      continue;
    }
    const [act = "", num] = line.split(" ");
    acknowledged.push({ act, num: Number(num) });
    // What it still says after this was acknowledged too.
    if (acknowledged.length === 500) child.kill("SIGKILL");
  }
  assert.ok(isRefused);
  assert.ok(acknowledged.length >= 500);

  const store = await openSqliteStore({ dataDir });
  t.after(() => store.close());
  for (const { act, num } of acknowledged) {
    assert.deepEqual(await store.events.get(eventId(num)), anEvent(num));
    const snapshot = await store.runs.load(runId(num));
    assert.equal(snapshot?.items.length, 1);
    if (act === "step") assert.equal(snapshot.run.revision, 1);
    // A step is there whole or not at all.
    assert.deepEqual(
      [snapshot.steps.length, snapshot.items[0]?.key],
      snapshot.run.revision === 1 ? [1, "next"] : [0, "start"],
    );
  }
  const { queued } = await store.queue.size();
  assert.equal(
    (await leaseAll(store, await aSession(store))).length,
    Math.min(queued, 1000),
    "nothing is held",
  );
});

test("a store whose writer dies fails everything under way and everything later, and can be opened again", async (t) => {
  const dataDir = temporaryFolder(t);
  const path = join(dataDir, "holdfast.db");
  const writer = await startThreadedWriter(path);
  const store = assembleStore({ writer, reading: openReadingConnection(path), isShared: false }, null);
  const asked = Array.from({ length: 3000 }, (_, num) =>
    open(store, [aNewRun(num, { run: { eventId: eventId(num) } })], { event: anEvent(num) }),
  );
  // The first batch is back, the next is under way.
  await asked[0];
  await writer.kill();
  const outcomes = await Promise.allSettled(asked);
  const lost = outcomes.filter((outcome) => outcome.status === "rejected");
  assert.ok(lost.length > 0);
  for (const { reason } of lost) {
    assert.equal(reason.code, "store_failed");
    assert.equal(reason.retriable, true);
  }
  await assert.rejects(open(store, []), { code: "store_failed" });
  await assert.rejects(store.events.get(eventId(0)), { code: "store_failed" });
  await store.close();

  const next = await openSqliteStore({ dataDir });
  t.after(() => next.close());
  for (const [num, outcome] of outcomes.entries()) {
    const isStored = (await next.events.get(eventId(num))) !== null;
    if (outcome.status === "fulfilled") assert.ok(isStored, "acknowledged and lost");
    assert.equal((await next.runs.ofEvent(eventId(num))).length, isStored ? 1 : 0, "half an act");
  }
});

test("a store whose writer dies while nothing is asked of it fails the next call", async (t) => {
  const path = join(temporaryFolder(t), "holdfast.db");
  const writer = await startThreadedWriter(path);
  const store = assembleStore({ writer, reading: openReadingConnection(path), isShared: false }, null);
  await open(store, []);
  await writer.kill();
  await assert.rejects(store.queue.size(), { code: "store_failed" });
  await assert.rejects(aSession(store), { code: "store_failed" });
  await store.close();
});

test("an idle store does not keep its process alive", async (t) => {
  const script = `
    const { openSqliteStore } = await import(${JSON.stringify(new URL("./open-sqlite-store.ts", import.meta.url))});
    const store = await openSqliteStore({ dataDir: ${JSON.stringify(temporaryFolder(t))} });
    await store.queue.openSession({ node: "n", now: 1, expiresAt: 2 });`;
  const args = ["-C", "@holdfast/source", "--input-type=module", "--eval", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  assert.deepEqual(await once(child, "exit"), [0, null]);
});
