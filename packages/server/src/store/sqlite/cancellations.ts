import type { DatabaseSync } from "node:sqlite";
import type { EnvironmentName, FunctionId } from "@holdfast/protocol";
import type { CancellationRecord, CancellationStore } from "../contract.ts";
import type { StoreAccess } from "./access.ts";
import { withAudit } from "./audited.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolWriter } from "./symbols.ts";

function encodeAdd(cancellation: CancellationRecord): Command {
  const { environment, id, createdAt, appName, functionId } = cancellation;
  const { startedAfter, startedBefore, expression } = cancellation;
  return [
    CommandKind.addCancellation,
    environment,
    id,
    createdAt,
    appName,
    functionId,
    startedAfter,
    startedBefore,
    expression,
  ];
}

function encodeRemove(environment: EnvironmentName, id: string): Command {
  return [CommandKind.removeCancellation, environment, id];
}

/** Keeps the rules that cancel many runs; whoever calls runs follows them. */
export class CancellationActs {
  readonly #symbols: SymbolWriter;
  readonly #insert: Statement;
  readonly #delete: Statement;

  constructor(db: DatabaseSync, symbols: SymbolWriter) {
    this.#symbols = symbols;
    this.#insert = prepare(
      db,
      `INSERT INTO cancellations
         (environment, id, created_at, app_name, function, started_after, started_before, expression)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#delete = prepare(db, "DELETE FROM cancellations WHERE environment = ? AND id = ?");
  }

  add(reader: CommandReader): Answer {
    this.#insert.run(
      this.#symbols.number(reader.text()), // environment
      reader.text(), // id
      reader.number(), // created at
      reader.text(), // app name
      this.#symbols.number(reader.text()), // function
      reader.numberOrNull(), // started after
      reader.number(), // started before
      reader.textOrNull(), // expression
    );
    return null;
  }

  remove(reader: CommandReader): Answer {
    return this.#delete.run(this.#symbols.number(reader.text()), reader.text()).changes;
  }
}

type CancellationRow = readonly [
  id: string,
  environment: number,
  createdAt: number,
  appName: string,
  fn: number,
  startedAfter: number | null,
  startedBefore: number,
  expression: string | null,
];

export function createCancellationStore(access: StoreAccess): CancellationStore {
  const { db, symbols } = access;
  const byEnvironment = prepare<CancellationRow>(
    db,
    `SELECT id, environment, created_at, app_name, function, started_after, started_before, expression
     FROM cancellations WHERE environment = ? ORDER BY id`,
  );

  function toCancellation(row: CancellationRow): CancellationRecord {
    const [id, environment, createdAt, appName, fn, startedAfter, startedBefore, expression] = row;
    return {
      id,
      // Environments and function ids enter their columns as such, through `add`.
      environment: symbols.text(environment) as EnvironmentName,
      createdAt,
      appName,
      functionId: symbols.text(fn) as FunctionId,
      startedAfter,
      startedBefore,
      expression,
    };
  }

  return {
    async add(cancellation, audit) {
      await access.act(() => withAudit(encodeAdd(cancellation), audit));
    },
    list: (environment) =>
      access.read(() => {
        const num = symbols.find(environment);
        return num === null ? [] : byEnvironment.all(num).map(toCancellation);
      }),
    remove: async (environment, id, audit) =>
      (await access.act(() => withAudit(encodeRemove(environment, id), audit))) === 1,
  };
}
