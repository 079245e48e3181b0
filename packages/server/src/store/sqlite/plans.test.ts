import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { RunStatus } from "@holdfast/protocol";
import { eventId, functionId, NOW, open, aNewRun, production, runId } from "../contract/builders.ts";
import { prepareWriter } from "./execute.ts";
import { MIGRATIONS, migrate } from "./migrations.ts";
import { assembleStore } from "./open-sqlite-store.ts";
import { createInlineWriter } from "./writer.ts";

/** Remembers every statement that was prepared on it. */
class RecordingDatabase extends DatabaseSync {
  readonly statements = new Set<string>();

  override prepare(...args: Parameters<DatabaseSync["prepare"]>): ReturnType<DatabaseSync["prepare"]> {
    this.statements.add(args[0]);
    return super.prepare(...args);
  }
}

/** What may walk a whole table, and why. */
const ALLOWED: readonly { readonly plan: RegExp; readonly because: string }[] = [
  { plan: /^SCAN queue$/, because: "sessions end rarely, and the size of the queue is asked for rarely" },
  { plan: /^SCAN sessions$/, because: "there are a handful" },
  { plan: /^SCAN (apps|functions)$/, because: "they are listed whole" },
  { plan: /^SCAN idempotency_keys/, because: "there is none" },
];

test("no statement sorts, or walks a table that grows", async (t) => {
  const db = new RecordingDatabase(":memory:");
  migrate(db, ":memory:", MIGRATIONS);
  prepareWriter(db);
  const store = assembleStore({ writer: createInlineWriter(db), reading: db, isShared: true }, null);
  t.after(() => store.close());
  await open(store, [aNewRun(1)]);
  for (const name of [{}, { name: "a" }]) {
    for (const before of [{}, { before: eventId(1) }]) {
      for (const received of [{}, { receivedAfter: NOW }, { receivedBefore: NOW }]) {
        await store.events.list({ environment: production, limit: 1, ...name, ...before, ...received });
      }
    }
  }
  const statuses: readonly RunStatus[] = ["Scheduled", "Running", "Completed", "Failed", "Cancelled"];
  for (const fn of [{}, { functionId: functionId(1) }]) {
    for (const before of [{}, { before: runId(1) }]) {
      for (const status of [{}, ...statuses.map((each) => ({ status: each }))]) {
        await store.runs.list({ environment: production, limit: 1, ...fn, ...before, ...status });
      }
    }
  }

  const explained = [...db.statements].filter((sql) => /^(SELECT|UPDATE|DELETE)/.test(sql.trim()));
  assert.ok(explained.length > 40, "the statements were recorded");
  for (const sql of explained) {
    for (const row of db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()) {
      const plan = String(row["detail"]);
      const isWalk = /^SCAN \w+$/.test(plan) || (/TEMP B-TREE/.test(plan) && !/FROM (apps|functions)/.test(sql));
      if (!isWalk) continue;
      assert.ok(
        ALLOWED.some((allowed) => allowed.plan.test(plan)),
        `${plan}: ${sql}`,
      );
    }
  }
});

test("a list of runs by an unusual status walks only the runs that have it", (t) => {
  const db = new DatabaseSync(":memory:");
  t.after(() => db.close());
  migrate(db, ":memory:", MIGRATIONS);
  const plan = db.prepare("EXPLAIN QUERY PLAN SELECT id FROM runs WHERE environment = ? AND status = 3 ORDER BY id DESC LIMIT 9");
  assert.deepEqual(
    plan.all().map((row) => row["detail"]),
    ["SEARCH runs USING INDEX runs_by_status (status=?)"],
  );
});
