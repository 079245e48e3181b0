import type { DatabaseSync } from "node:sqlite";

/** What a column holds. Payloads are text; instants and counts are integers below 2^53; there are no blobs. */
export type Value = string | number | null;

/** A prepared statement. Its rows are arrays in the order of the select list: half the cost of objects. */
export interface Statement<Row extends readonly Value[] = readonly []> {
  run(...values: Value[]): { readonly changes: number; readonly lastInsertRowid: number };
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
  /** Row by row; to stop early is to read no further. */
  iterate(...values: Value[]): Iterable<Row>;
}

/** Prepares one statement. The caller names the columns of its rows in the type. */
export function prepare<Row extends readonly Value[] = readonly []>(
  db: DatabaseSync,
  sql: string,
): Statement<Row> {
  const statement = db.prepare(sql, { returnArrays: true });
  // The typings describe rows as objects only, and cannot know the columns of a query: `returnArrays` makes
  // arrays of them, and STRICT tables keep every column to the type that its reader names.
  return statement as unknown as Statement<Row>;
}
