import type { Value } from "./statement.ts";

/**
 * Acts on their way to the writer. A command is one flat array: its kind, then its values in the order in which
 * its own file writes and reads them (`accept.ts` has both sides of `accept`, and so on). Measured for an advance
 * of one step, cloning such an array to the writer's thread costs 1 µs; the same facts as nested objects cost 6 µs
 * to send and 9 µs to receive, more than SQLite needs to store them.
 */
export const CommandKind = {
  accept: 0,
  advance: 1,
  lease: 2,
  openSession: 3,
  extendSession: 4,
  closeSession: 5,
  register: 6,
  noteError: 7,
  removeApp: 8,
  open: 9,
  signal: 10,
  pause: 11,
  resume: 12,
  startGathering: 13,
  fireTick: 14,
  addCancellation: 15,
  removeCancellation: 16,
  stranded: 17,
  audited: 18,
  appendAudit: 19,
  addCheckpoint: 20,
  pruneAudit: 21,
  eraseOpenings: 22,
  commitRecords: 23,
  noteRecords: 24,
  takeNonce: 25,
  sweepNonces: 26,
  removeHistory: 27,
} as const;

export type CommandKind = (typeof CommandKind)[keyof typeof CommandKind];

export type Command = readonly [kind: CommandKind, ...values: Value[]];

/** What an act answers: one value, or a flat list of them. */
export type Answer = Value | readonly Value[];

/** Why an act was not done, in a form that crosses threads. */
export interface Failure {
  readonly code:
    | "store_failed"
    | "store_corrupt"
    | "store_refused"
    | "store_locked"
    | "store_foreign"
    | "schema_changed"
    | "schema_newer";
  readonly message: string;
  readonly cause: unknown;
  /** What to do, where it is not what the code says. */
  readonly next?: string;
}

/** What became of a batch: an answer for each act, in order; where an act failed, its failure by position. */
export interface BatchReply {
  readonly answers: readonly Answer[];
  readonly failures: ReadonlyMap<number, Failure> | null;
  /** How many transactions it took: one, unless an act had to fail alone. */
  readonly commits: number;
}

/** Characters that a command carries; what a batch is capped by. */
export function commandChars(command: Command): number {
  let chars = 0;
  for (const value of command) chars += typeof value === "string" ? value.length : 8;
  return chars;
}

/** Reads the values of a command in order. A value of the wrong type is a bug, and fails that command alone. */
export class CommandReader {
  readonly #command: Command;
  #position = 1;

  constructor(command: Command) {
    this.#command = command;
  }

  text(): string {
    const value = this.#next();
    if (typeof value !== "string") throw this.#unexpected("text");
    return value;
  }

  number(): number {
    const value = this.#next();
    if (typeof value !== "number") throw this.#unexpected("a number");
    return value;
  }

  textOrNull(): string | null {
    const value = this.#next();
    if (typeof value === "number") throw this.#unexpected("text or null");
    return value;
  }

  numberOrNull(): number | null {
    const value = this.#next();
    if (typeof value === "string") throw this.#unexpected("a number or null");
    return value;
  }

  /** A count, and then as many of what `read` reads. */
  list<Entry>(read: () => Entry): readonly Entry[] {
    const entries: Entry[] = [];
    for (let left = this.number(); left > 0; left--) entries.push(read());
    return entries;
  }

  /** Passes over values. */
  skip(count: number): void {
    this.#position += count;
  }

  #next(): Value {
    const value = this.#command[this.#position++];
    if (value === undefined) throw this.#unexpected("one more value");
    return value;
  }

  #unexpected(wanted: string): TypeError {
    return new TypeError(`Command ${this.#command[0]}, value ${this.#position - 1}: wanted ${wanted}.`);
  }
}
