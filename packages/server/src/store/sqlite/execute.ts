import type { DatabaseSync } from "node:sqlite";
import { AcceptAct } from "./accept.ts";
import { AdvanceAct } from "./advance.ts";
import type { Answer, BatchReply, Command, Failure } from "./commands.ts";
import { CommandKind, CommandReader } from "./commands.ts";
import { failureOf } from "./failures.ts";
import { LeaseAct } from "./lease.ts";
import { RegisterActs } from "./register.ts";
import { Sessions } from "./sessions.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";
import { SymbolWriter } from "./symbols.ts";

/** Everything the writer has prepared on its connection. */
export interface WriterStatements {
  readonly begin: Statement;
  readonly commit: Statement;
  readonly rollback: Statement;
  /** Does one act inside the open transaction. */
  execute(command: Command): Answer;
  /** Drops what was remembered of the tables, after a rollback. */
  forget(): void;
}

export function prepareWriter(db: DatabaseSync): WriterStatements {
  const symbols = new SymbolWriter(db);
  const sessions = new Sessions(db);
  const accept = new AcceptAct(db, symbols, sessions);
  const advance = new AdvanceAct(db, sessions);
  const lease = new LeaseAct(db, sessions);
  const apps = new RegisterActs(db, symbols);
  return {
    begin: prepare(db, "BEGIN IMMEDIATE"),
    commit: prepare(db, "COMMIT"),
    rollback: prepare(db, "ROLLBACK"),
    execute(command) {
      const reader = new CommandReader(command);
      switch (command[0]) {
        case CommandKind.accept:
          return accept.execute(reader);
        case CommandKind.advance:
          return advance.execute(reader);
        case CommandKind.lease:
          return lease.execute(reader);
        case CommandKind.openSession:
          return sessions.open(reader);
        case CommandKind.extendSession:
          return sessions.extend(reader);
        case CommandKind.closeSession:
          return sessions.close(reader);
        case CommandKind.register:
          return apps.register(reader);
        case CommandKind.noteError:
          return apps.noteError(reader);
        case CommandKind.removeApp:
          return apps.remove(reader);
      }
    },
    forget() {
      symbols.forget();
      sessions.forget();
    },
  };
}

/**
 * Does the acts of a batch in order, in one transaction. An act that breaks (a constraint, a value that cannot be)
 * must not take its neighbours with it: the batch is rolled back and each act gets a transaction of its own. A disk
 * that fails fails them all, and nothing of the batch is kept. Never throws.
 */
export function executeBatch(
  db: DatabaseSync,
  writer: WriterStatements,
  commands: readonly Command[],
): BatchReply {
  const whole = transact(db, writer, commands);
  if ("answers" in whole) return { answers: whole.answers, failures: null, commits: 1 };
  if (whole.failure.code !== "store_refused" || commands.length === 1) {
    return {
      answers: commands.map(() => null),
      failures: new Map(commands.map((_, position) => [position, whole.failure])),
      commits: 0,
    };
  }
  return executeAlone(db, writer, commands);
}

function executeAlone(db: DatabaseSync, writer: WriterStatements, commands: readonly Command[]): BatchReply {
  const failures = new Map<number, Failure>();
  let commits = 0;
  const answers = commands.map((command, position) => {
    const alone = transact(db, writer, [command]);
    if ("failure" in alone) {
      failures.set(position, alone.failure);
      return null;
    }
    commits++;
    return alone.answers[0] ?? null;
  });
  return { answers, failures, commits };
}

function transact(
  db: DatabaseSync,
  writer: WriterStatements,
  commands: readonly Command[],
): { readonly answers: readonly Answer[] } | { readonly failure: Failure } {
  try {
    writer.begin.run();
    const answers = commands.map((command) => writer.execute(command));
    // Returns after the log is on disk (synchronous=FULL). If that fails the frames were written but not
    // published: the next commit overwrites them.
    writer.commit.run();
    return { answers };
  } catch (error) {
    writer.forget();
    const failure = failureOf("write to the store", error);
    try {
      // SQLite rolls back by itself on some errors, such as a full disk.
      if (db.isTransaction) writer.rollback.run();
    } catch (rollbackError) {
      return { failure: { ...failureOf("roll back", rollbackError), code: "store_failed" } };
    }
    return { failure };
  }
}
