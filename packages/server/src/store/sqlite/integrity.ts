import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import { failureOf } from "./failures.ts";
import { FINDINGS_MAX_COUNT } from "./limits.ts";
import { prepare } from "./statement.ts";

/** "Hldf": what `application_id` says of a file of ours (https://sqlite.org/fileformat2.html, offset 68). */
export const APPLICATION_ID = 0x486c6466;

/**
 * Refuses a file that is not ours. An empty one may become ours.
 *
 * @throws HoldfastError `store_corrupt`
 */
export function checkHeader(db: DatabaseSync, path: string): void {
  if (isOurs(db)) return;
  const application = single(db, "PRAGMA application_id");
  if (application === 0 && single(db, "SELECT COUNT(*) FROM sqlite_schema") === 0) return;
  throw new HoldfastError(
    "store_corrupt",
    `Cannot open the store "${path}": it is a database of another application (id ${application}).`,
    { next: "Choose another data directory. The file was not touched." },
  );
}

/** Whether the file says that it is ours. */
export function isOurs(db: DatabaseSync): boolean {
  return single(db, "PRAGMA application_id") === APPLICATION_ID;
}

/** Whether the process that last had the file open went away without closing it. */
export function wasLeftOpen(db: DatabaseSync): boolean {
  return single(db, "SELECT COUNT(*) FROM meta WHERE key = 'open'") === 1;
}

/** The rules of the domain that every file keeps, as queries for the runs that break them. */
const RULES: readonly { readonly finding: string; readonly sql: string }[] = [
  {
    finding: "a queue item belongs to no run: run",
    sql: `SELECT DISTINCT CAST(queue.run AS TEXT) FROM queue
          WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.num = queue.run)`,
  },
  {
    finding: "a run that has ended still has a queue item: run",
    sql: `SELECT DISTINCT runs.id FROM queue JOIN runs ON runs.num = queue.run WHERE runs.status >= 2`,
  },
  {
    finding: "a run that has not ended has no queue item: run",
    sql: `SELECT id FROM runs WHERE status IN (0, 1) AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.run = runs.num)`,
  },
  {
    finding: "a queue item is parked and handed out at once: run",
    sql: `SELECT DISTINCT CAST(run AS TEXT) FROM queue
          WHERE parked IS NOT NULL AND (session IS NOT NULL OR admitted = 1)`,
  },
  {
    finding: "a run that has ended still waits for something: run",
    sql: `SELECT DISTINCT runs.id FROM (SELECT run FROM waits UNION ALL SELECT run FROM signals
            UNION ALL SELECT run FROM singletons) AS waiting
          JOIN runs ON runs.num = waiting.run WHERE runs.status >= 2`,
  },
  {
    finding: "something waits that belongs to no run: run",
    sql: `SELECT DISTINCT CAST(run AS TEXT) FROM (SELECT run FROM waits UNION ALL SELECT run FROM signals
            UNION ALL SELECT run FROM singletons) AS waiting
          WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.num = waiting.run)`,
  },
  {
    finding: "waits are not counted right under the name",
    sql: `SELECT wait_names.name FROM wait_names
          LEFT JOIN (SELECT name, COUNT(*) AS waits FROM waits GROUP BY name) AS counted ON counted.name = wait_names.num
          WHERE wait_names.waits IS NOT counted.waits`,
  },
  {
    finding: "a gathering has no event: function and number",
    sql: `SELECT function || ' ' || num FROM gatherings
          WHERE NOT EXISTS (SELECT 1 FROM gathered_events WHERE gathering = num)`,
  },
  {
    // Entries are unique by (run, seq): as many as the length says, the first being 1 and the last the length, is
    // the same as no gaps.
    finding: "the journal of a run has gaps: run",
    sql: `SELECT id FROM runs WHERE status IN (0, 1) AND (
            (SELECT COUNT(*) FROM journal WHERE run = runs.num AND seq >= 1) <> journal_length
            OR (SELECT COALESCE(MAX(seq), 0) FROM journal WHERE run = runs.num) <> journal_length)`,
  },
];

/**
 * Checks a whole file after an unclean stop: its structure and, unless its schema is of an earlier version, the
 * rules of the domain. Only reads.
 *
 * @throws HoldfastError `store_corrupt` with what was found
 */
export function checkContent(db: DatabaseSync, path: string, isCurrent: boolean): void {
  for (const finding of findings(db, isCurrent ? RULES : [])) {
    throw new HoldfastError(
      "store_corrupt",
      `Cannot open the store "${path}": it was not closed properly, and a check found damage: ${finding}. ` +
        "The file was not touched.",
    );
  }
}

function* findings(db: DatabaseSync, rules: typeof RULES): Generator<string> {
  const structure = prepare<readonly [string]>(db, `PRAGMA quick_check(${FINDINGS_MAX_COUNT})`).all();
  if (structure[0]?.[0] !== "ok") yield structure.map(([line]) => line).join("; ");
  for (const { finding, sql } of rules) {
    const broken = prepare<readonly [string]>(db, `${sql} LIMIT ${FINDINGS_MAX_COUNT}`).all();
    if (broken.length > 0) yield `${finding} ${broken.map(([run]) => `"${run}"`).join(", ")}`;
  }
}

/** Runs a check; what SQLite itself says of a damaged file counts as a finding. */
export function checking<Result>(path: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    const failure = failureOf(`open the store "${path}"`, error);
    throw new HoldfastError(failure.code, failure.message, { cause: error });
  }
}

function single(db: DatabaseSync, sql: string): number {
  return prepare<readonly [number]>(db, sql).get()?.[0] ?? 0;
}
