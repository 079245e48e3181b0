import type { DatabaseSync } from "node:sqlite";
import type { EnvironmentName } from "@holdfast/protocol";
import type { NewSignal } from "../contract.ts";
import { Act } from "./act.ts";
import { memoCause } from "./causes.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { QueueItems } from "./queue-items.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolWriter } from "./symbols.ts";

export interface SignalValues {
  readonly name: string;
  readonly key: string;
  readonly mayReplace: boolean;
}

export function encodeNewSignal(values: Value[], signal: NewSignal): void {
  values.push(signal.name, signal.key, signal.conflict === "replace" ? 1 : 0);
}

export function readSignal(reader: CommandReader): SignalValues {
  return { name: reader.text(), key: reader.text(), mayReplace: reader.number() === 1 };
}

export function encodeBringSignal(
  environment: EnvironmentName,
  name: string,
  memo: string,
  now: number,
): Command {
  return [CommandKind.signal, environment, name, memo, now];
}

/** Names that runs want to be woken by: at most one run waits for a name. */
export class Signals {
  readonly #items: QueueItems;
  readonly #symbols: SymbolWriter;
  readonly #find: Statement<readonly [run: number, key: string, runId: string]>;
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #dropKey: Statement;
  readonly #dropRun: Statement;

  constructor(db: DatabaseSync, items: QueueItems, symbols: SymbolWriter) {
    this.#items = items;
    this.#symbols = symbols;
    this.#find = prepare(
      db,
      `SELECT run, key, runs.id FROM signals JOIN runs ON runs.num = signals.run
       WHERE signals.environment = ? AND name = ?`,
    );
    this.#put = prepare(
      db,
      "INSERT OR REPLACE INTO signals (environment, name, run, key) VALUES (?, ?, ?, ?)",
    );
    this.#remove = prepare(db, "DELETE FROM signals WHERE environment = ? AND name = ?");
    this.#dropKey = prepare(db, "DELETE FROM signals WHERE run = ? AND key = ?");
    this.#dropRun = prepare(db, "DELETE FROM signals WHERE run = ?");
  }

  /** Whether another run waits for the signal and this one may not take it over. */
  isTaken(environment: number, run: number, signal: SignalValues): boolean {
    const found = signal.mayReplace ? undefined : this.#find.get(environment, signal.name);
    return found !== undefined && found[0] !== run;
  }

  put(environment: number, run: number, signal: SignalValues): void {
    this.#put.run(environment, signal.name, run, signal.key);
  }

  /** Brings a signal. The id of the run that it woke, or null. */
  bring(reader: CommandReader): Answer {
    const environment = this.#symbols.number(reader.text());
    const name = reader.text();
    const found = this.#find.get(environment, name);
    if (found === undefined) return null;
    const [run, key, runId] = found;
    const cause = memoCause(reader.text());
    // An item that is due already is timing out: nobody waits any more.
    if (!this.#items.wake(new Act(reader.number(), null, 0), run, key, cause)) return null;
    this.#remove.run(environment, name);
    return runId;
  }

  drop(run: number, key: string): void {
    this.#dropKey.run(run, key);
  }

  dropAll(run: number): void {
    this.#dropRun.run(run);
  }
}
