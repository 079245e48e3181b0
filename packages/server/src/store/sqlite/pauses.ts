import type { DatabaseSync } from "node:sqlite";
import type { FunctionId } from "@holdfast/protocol";
import type { Admission } from "./admission.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolWriter } from "./symbols.ts";

export function encodePause(functionId: FunctionId, now: number): Command {
  return [CommandKind.pause, functionId, now];
}

export function encodeResume(functionId: FunctionId, now: number): Command {
  return [CommandKind.resume, functionId, now];
}

/** Holds functions back, and lets them go on. Their calls that are free now are found by the next lease. */
export class PauseActs {
  readonly #symbols: SymbolWriter;
  readonly #admission: Admission;
  readonly #insert: Statement;
  readonly #delete: Statement;

  constructor(db: DatabaseSync, symbols: SymbolWriter, admission: Admission) {
    this.#symbols = symbols;
    this.#admission = admission;
    this.#insert = prepare(
      db,
      "INSERT INTO paused (function, since) VALUES (?, ?) ON CONFLICT (function) DO NOTHING",
    );
    this.#delete = prepare(db, "DELETE FROM paused WHERE function = ?");
  }

  /** 1, or 0 when it was paused already. */
  pause(reader: CommandReader): Answer {
    const fn = this.#symbols.number(reader.text());
    const { changes } = this.#insert.run(fn, reader.number());
    this.#admission.functions.forget();
    return changes;
  }

  /** 1, or 0 when it was not paused. */
  resume(reader: CommandReader): Answer {
    const fn = this.#symbols.number(reader.text());
    const { changes } = this.#delete.run(fn);
    if (changes > 0) this.#admission.stirFunction(fn);
    return changes;
  }
}
