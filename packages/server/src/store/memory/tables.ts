/** What an act does to the tables is kept as a whole, or taken back as a whole. */
export class Tables {
  #undo: (() => void)[] = [];

  table<Key, Row extends object | string | number>(): Table<Key, Row> {
    return new Table((undo) => this.#undo.push(undo));
  }

  /** Numbers from 1, each once; those that an act took which was taken back are free again. */
  counter(): () => number {
    const last = this.table<"last", number>();
    return () => {
      const next = (last.get("last") ?? 0) + 1;
      last.put("last", next);
      return next;
    };
  }

  keep(): void {
    this.#undo = [];
  }

  takeBack(): void {
    for (const undo of this.#undo.toReversed()) undo();
    this.#undo = [];
  }
}

/** Rows by key. A row is never changed, only replaced. The order of rows says nothing. */
export class Table<Key, Row extends object | string | number> {
  readonly #rows = new Map<Key, Row>();
  readonly #note: (undo: () => void) => void;

  constructor(note: (undo: () => void) => void) {
    this.#note = note;
  }

  get(key: Key): Row | undefined {
    return this.#rows.get(key);
  }

  has(key: Key): boolean {
    return this.#rows.has(key);
  }

  /** The rows there are now: what changes while they are walked is not seen. */
  rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  entries(): readonly (readonly [key: Key, row: Row])[] {
    return [...this.#rows];
  }

  put(key: Key, row: Row): void {
    this.#noteOld(key);
    this.#rows.set(key, row);
  }

  /** `false`: there was none. */
  remove(key: Key): boolean {
    this.#noteOld(key);
    return this.#rows.delete(key);
  }

  #noteOld(key: Key): void {
    const old = this.#rows.get(key);
    this.#note(() => {
      if (old === undefined) this.#rows.delete(key);
      else this.#rows.set(key, old);
    });
  }
}
