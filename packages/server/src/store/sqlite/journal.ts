import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import type { JournalEntry } from "../records.ts";
import { journalKindCode } from "./codes.ts";
import type { CommandReader } from "./commands.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";

export function encodeEntry(values: Value[], entry: JournalEntry): void {
  values.push(entry.seq, journalKindCode(entry.kind), entry.at, entry.stepId, entry.name, entry.op);
  values.push(entry.attempt, entry.queuedAt, entry.startedAt, entry.data);
}

/** Appends to the journals of runs. */
export class JournalWriter {
  readonly #append: Statement;

  constructor(db: DatabaseSync) {
    this.#append = prepare(
      db,
      `INSERT INTO journal (run, seq, kind, at, step_id, name, op, attempt, queued_at, started_at, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** Reads an entry of the run `num`, known outside as `id`, and appends it. */
  append(reader: CommandReader, id: string, num: number, expectedSeq: number): void {
    const seq = reader.number();
    if (seq !== expectedSeq) {
      throw new HoldfastError(
        "store_refused",
        `Cannot append entry ${seq} to the journal of run "${id}": the next one is ${expectedSeq}.`,
      );
    }
    this.#append.run(
      num,
      seq,
      reader.number(), // kind
      reader.number(), // at
      reader.textOrNull(), // step id
      reader.textOrNull(), // name
      reader.textOrNull(), // op
      reader.number(), // attempt
      reader.numberOrNull(), // queued at
      reader.numberOrNull(), // started at
      reader.textOrNull(), // data
    );
  }

  /** Appends an entry that the store itself makes: about the whole run, with no call behind it. */
  note(num: number, seq: number, kind: number, at: number, data: string): void {
    this.#append.run(num, seq, kind, at, null, null, null, 0, null, null, data);
  }
}
