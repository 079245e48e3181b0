import type { DatabaseSync } from "node:sqlite";
import { CALL_CODES } from "./codes.ts";
import { callsCounter } from "./function-rules.ts";
import { decodeGates, RunFlag } from "./gates.ts";
import { splitLine } from "./lines.ts";
import { prepare } from "./statement.ts";
import type { Tally } from "./tally.ts";

/** Counts what the tables say when the store opens: admitted calls, runs that have begun, and lines. */
export function countTables(db: DatabaseSync, tally: Tally): void {
  countAdmitted(db, tally);
  countBegun(db, tally);
  countLines(db, tally);
  tally.keep();
}

function countAdmitted(db: DatabaseSync, tally: Tally): void {
  const admitted = prepare<readonly [run: number, key: string, fn: number, gates: string | null]>(
    db,
    `SELECT run, key, function, gates FROM queue CROSS JOIN runs ON runs.num = queue.run
     WHERE admitted = 1 AND kind IN (${CALL_CODES})`,
  );
  for (const [run, key, fn, column] of admitted.iterate()) {
    tally.admit(run, key);
    tally.add(callsCounter(fn), 1);
    for (const gate of decodeGates(column, fn)) if (gate.level === "step") tally.add(gate.counter, 1);
  }
}

function countBegun(db: DatabaseSync, tally: Tally): void {
  const begun = prepare<readonly [fn: number, gates: string]>(
    db,
    `SELECT function, gates FROM runs INDEXED BY runs_with_gates
     WHERE gates IS NOT NULL AND flags & ${RunFlag.begun}`,
  );
  for (const [fn, column] of begun.iterate()) {
    for (const gate of decodeGates(column, fn)) if (gate.level === "run") tally.add(gate.counter, 1);
  }
}

function countLines(db: DatabaseSync, tally: Tally): void {
  const lines = prepare<readonly [line: string, count: number]>(
    db,
    "SELECT parked, COUNT(*) FROM queue INDEXED BY queue_parked WHERE parked IS NOT NULL GROUP BY parked",
  );
  for (const [line, count] of lines.iterate()) {
    const [fn, counter] = splitLine(line);
    tally.queue(counter, fn, count);
  }
}
