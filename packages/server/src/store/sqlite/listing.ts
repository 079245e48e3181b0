import type { DatabaseSync } from "node:sqlite";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";

/** One condition of a listing, with the value for its parameter, if it has one. */
export interface Filter {
  readonly sql: string;
  readonly value?: Value;
}

/**
 * A query with a varying set of conditions, all of which must hold. Each set that occurs is prepared once; there are
 * as many as the caller has filters to combine.
 */
export class Listing<Row extends readonly Value[]> {
  readonly #db: DatabaseSync;
  readonly #select: string;
  readonly #rest: string;
  readonly #statements = new Map<string, Statement<Row>>();

  constructor(db: DatabaseSync, select: string, rest: string) {
    this.#db = db;
    this.#select = select;
    this.#rest = rest;
  }

  all(filters: readonly Filter[], limit: number): Row[] {
    const conditions = filters.map((filter) => filter.sql).join(" AND ");
    let statement = this.#statements.get(conditions);
    if (statement === undefined) {
      statement = prepare<Row>(this.#db, `${this.#select} WHERE ${conditions} ${this.#rest} LIMIT ?`);
      this.#statements.set(conditions, statement);
    }
    const values = filters.flatMap((filter) => (filter.value === undefined ? [] : [filter.value]));
    return statement.all(...values, limit);
  }
}
