import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import type { Answer, Command } from "./commands.ts";
import { errorOf, failureOf } from "./failures.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";
import { SymbolReader } from "./symbols.ts";

/**
 * What the nouns of the store share: a way to act, through the writer, and a way to read, on this thread. Reads are
 * synchronous inside: a look-up costs a few microseconds, less than the way to another thread and back.
 */
export class StoreAccess {
  /** For reading. With an inline writer it is the writer's own connection. */
  readonly db: DatabaseSync;
  readonly symbols: SymbolReader;
  readonly #commits: GroupCommit;
  readonly #begin: Statement;
  readonly #end: Statement;
  #isClosed = false;

  constructor(db: DatabaseSync, commits: GroupCommit) {
    this.db = db;
    this.#commits = commits;
    this.symbols = new SymbolReader(db);
    this.#begin = prepare(db, "BEGIN");
    this.#end = prepare(db, "COMMIT");
  }

  /** Settles when the act is on disk. */
  async act(command: () => Command): Promise<Answer> {
    this.#assertOpen();
    return this.#commits.act(command());
  }

  /** Reads by one statement. */
  async read<Result>(query: () => Result): Promise<Result> {
    this.#assertOpen();
    try {
      return query();
    } catch (error) {
      throw errorOf(failureOf("read from the store", error));
    }
  }

  /** Reads by several statements, all of which see the same commit. */
  async readTogether<Result>(query: () => Result): Promise<Result> {
    return this.read(() => {
      this.#begin.run();
      try {
        return query();
      } finally {
        this.#end.run();
      }
    });
  }

  /** From now on everything fails with `store_closed`. */
  close(): void {
    this.#isClosed = true;
  }

  #assertOpen(): void {
    if (this.#isClosed) {
      throw new HoldfastError("store_closed", "Cannot use the store: it was closed.");
    }
    const { dead } = this.#commits;
    if (dead !== null) throw dead;
  }
}
