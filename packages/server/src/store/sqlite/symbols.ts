import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

/**
 * Environments and function ids are few and repeated in every run: the file keeps each text once, in `symbols`,
 * and its number everywhere else. Only sets that the operator bounds go here, never what an event brings along.
 */
export class SymbolWriter {
  readonly #numbers = new Map<string, number>();
  readonly #find: Statement<readonly [num: number]>;
  readonly #insert: Statement;

  constructor(db: DatabaseSync) {
    this.#find = prepare(db, "SELECT num FROM symbols WHERE text = ?");
    this.#insert = prepare(db, "INSERT INTO symbols (text) VALUES (?)");
  }

  /** The number of a text, given to it now if it is new. */
  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const num = this.#find.get(text)?.[0] ?? this.#insert.run(text).lastInsertRowid;
    this.#numbers.set(text, num);
    return num;
  }

  /** After a rollback numbers given since are void. */
  forget(): void {
    this.#numbers.clear();
  }
}

/** The same table from the reading side. What it remembers was committed, so it never has to forget. */
export class SymbolReader {
  readonly #numbers = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #findNumber: Statement<readonly [num: number]>;
  readonly #findText: Statement<readonly [text: string]>;

  constructor(db: DatabaseSync) {
    this.#findNumber = prepare(db, "SELECT num FROM symbols WHERE text = ?");
    this.#findText = prepare(db, "SELECT text FROM symbols WHERE num = ?");
  }

  /** The number of a text, or null when nothing stored mentions it. */
  find(text: string): number | null {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const num = this.#findNumber.get(text)?.[0];
    if (num === undefined) return null;
    this.#numbers.set(text, num);
    return num;
  }

  text(num: number): string {
    const known = this.#texts.get(num);
    if (known !== undefined) return known;
    const text = this.#findText.get(num)?.[0];
    if (text === undefined) {
      throw new HoldfastError("store_corrupt", `Cannot read from the store: symbol ${num} has no text.`);
    }
    this.#texts.set(num, text);
    return text;
  }
}
