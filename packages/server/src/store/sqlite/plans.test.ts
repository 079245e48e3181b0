import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { RunStatus } from "@holdfast/protocol";
import { eventId, functionId, NOW, open, aNewRun, production, runId } from "../contract/testing/builders.ts";
import type { Store } from "../contract.ts";
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
const ALLOWED: readonly { readonly sql: RegExp; readonly plan: RegExp; readonly because: string }[] = [
  { sql: /^UPDATE queue SET session = NULL/, plan: /^SCAN queue$/, because: "sessions end rarely" },
  {
    sql: /COUNT\(\*\) FROM queue/,
    plan: /^SCAN queue$/,
    because: "the size of the queue is asked for rarely",
  },
  { sql: /FROM sessions/, plan: /^SCAN sessions$/, because: "there are a handful" },
  { sql: /WHERE event_id = \? OR num IN/, plan: /ORDER BY/, because: "an event starts a handful of runs" },
  { sql: /WHERE admitted = 1/, plan: /^SCAN queue/, because: "counters are rebuilt when the store opens" },
  { sql: /FROM runs INDEXED BY runs_with_gates/, plan: /^SCAN runs/, because: "the same" },
  { sql: /GROUP BY parked/, plan: /^SCAN queue/, because: "the same" },
  { sql: /FROM waits JOIN runs[^]*NOT EXISTS/, plan: /./, because: "a person asked what stands still" },
  { sql: /FROM queue WHERE run = \? ORDER BY due_at/, plan: /ORDER BY/, because: "a run has few items" },
  { sql: /FROM paused JOIN symbols/, plan: /^SCAN paused/, because: "a handful of functions are paused" },
  { sql: /FROM wait_names ORDER BY num/, plan: /^SCAN wait_names$/, because: "its limit bounds it" },
  { sql: /FROM throttles ORDER BY|FROM unmatched/, plan: /^SCAN/, because: "it stops at the first row" },
  { sql: /FROM (gatherings|ticks) ORDER BY due_at/, plan: /^SCAN/, because: "it stops at the limit" },
  {
    sql: /FROM runs WHERE num > \?|FROM events WHERE num > \?/,
    plan: /^SCAN/,
    because: "it stops at the limit",
  },
  { sql: /FROM (apps|functions) JOIN symbols/, plan: /./, because: "they are listed whole" },
];

/** A store in memory whose statements are recorded. */
function recordedStore(t: TestContext): { readonly db: RecordingDatabase; readonly store: Store } {
  const db = new RecordingDatabase(":memory:");
  migrate(db, ":memory:", MIGRATIONS);
  db.statements.clear();
  const store = assembleStore({ writer: createInlineWriter(db), reading: db, isShared: true }, null);
  t.after(() => store.close());
  return { db, store };
}

function plansOf(db: DatabaseSync, sql: string): readonly string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row["detail"]));
}

const STATUSES: readonly RunStatus[] = ["Scheduled", "Running", "Completed", "Failed", "Cancelled"];

test("no statement sorts, or walks a table that grows", async (t) => {
  const { db, store } = recordedStore(t);
  await open(store, [aNewRun(1)]);
  for (const name of [{}, { name: "a" }]) {
    for (const before of [{}, { before: eventId(1) }]) {
      for (const received of [{}, { receivedAfter: NOW }, { receivedBefore: NOW }]) {
        await store.events.list({ environment: production, limit: 1, ...name, ...before, ...received });
      }
    }
  }
  for (const fn of [{}, { functionIds: [functionId(1)] }]) {
    for (const before of [{}, { before: runId(1) }]) {
      for (const status of [{}, ...STATUSES.map((each) => ({ statuses: [each] }))]) {
        for (const order of [{}, { order: "asc" as const, after: runId(1) }]) {
          await store.runs.list({ environment: production, limit: 1, ...fn, ...before, ...status, ...order });
        }
      }
    }
  }

  const explained = [...db.statements].filter((sql) => /^(SELECT|UPDATE|DELETE)/.test(sql.trim()));
  assert.ok(explained.length > 40, "the statements were recorded");
  for (const sql of explained) {
    for (const plan of plansOf(db, sql)) {
      if (!/^SCAN \w+$|TEMP B-TREE/.test(plan)) continue;
      const isAllowed = ALLOWED.some((allowed) => allowed.sql.test(sql) && allowed.plan.test(plan));
      assert.ok(isAllowed, `${plan}: ${sql}`);
    }
  }
});

test("a list walks the index that has its filter and its order", async (t) => {
  const { db, store } = recordedStore(t);
  await open(store, [aNewRun(1)]);
  /** Plan of the statement that these calls prepared. */
  const planned = async (list: () => Promise<unknown>): Promise<readonly string[]> => {
    db.statements.clear();
    await list();
    const [sql = ""] = db.statements;
    return plansOf(db, sql);
  };
  const query = { environment: production, limit: 1 };
  assert.deepEqual(await planned(() => store.runs.list({ ...query, statuses: ["Failed"] })), [
    "SEARCH runs USING INDEX runs_by_status (status=?)",
  ]);
  assert.deepEqual(await planned(() => store.runs.list({ ...query, statuses: ["Completed"] })), [
    "SCAN runs USING INDEX sqlite_autoindex_runs_1",
  ]);
  assert.deepEqual(
    await planned(() => store.runs.list({ ...query, statuses: ["Failed"], functionIds: [functionId(1)] })),
    ["SEARCH runs USING INDEX runs_by_function (function=?)"],
  );
  assert.deepEqual(await planned(() => store.runs.list({ ...query, before: runId(1) })), [
    "SEARCH runs USING INDEX sqlite_autoindex_runs_1 (id<?)",
  ]);
  assert.deepEqual(await planned(() => store.events.list({ ...query, before: eventId(1) })), [
    "SEARCH events USING INDEX sqlite_autoindex_events_1 (id<?)",
  ]);
  assert.deepEqual(await planned(() => store.events.list({ ...query, name: "a", before: eventId(1) })), [
    "SEARCH events USING INDEX events_by_name (environment=? AND name=? AND id<?)",
  ]);
});
