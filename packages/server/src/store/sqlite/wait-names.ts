import type { DatabaseSync } from "node:sqlite";
import { nodeDigest } from "#kernel";
import { WAIT_NAMES_MAX_COUNT, WAIT_PATHS_MAX_COUNT } from "./limits.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

/** An event name that something waits for, with the paths at which filters want a value. */
export interface WaitName {
  readonly num: number;
  /** By their JSON text. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
}

/** Hash digits in hex: 48 bits fit a number exactly, and a collision only costs a look at one wait too many. */
const MATCH_CHARS = 12;

/**
 * The number by which a wait is found: that of its name, or of its name with the value that its filter wants at a path.
 */
export function matchOf(name: number, path?: string, value?: string): number {
  if (path === undefined || value === undefined) return name;
  const digest = nodeDigest.sha256Hex(`${name} ${path} ${value}`);
  return Number.parseInt(digest.slice(0, MATCH_CHARS), 16);
}

/**
 * Which event names anything waits for. Every event that is stored asks, and nearly always the answer is no: it comes
 * from memory unless there are very many names.
 */
export class WaitNames {
  readonly #names = new Map<
    string,
    { readonly num: number; readonly paths: Map<string, readonly string[]> }
  >();
  /** Whether every name of the table is in memory. */
  #isComplete = false;
  readonly #all: Statement<readonly [num: number, environment: number, name: string]>;
  readonly #find: Statement<readonly [num: number]>;
  readonly #paths: Statement<readonly [path: string]>;
  readonly #add: Statement<readonly [num: number]>;
  readonly #addPath: Statement;
  readonly #remove: Statement<readonly [waits: number, environment: number, name: string]>;
  readonly #drop: Statement;
  readonly #dropPaths: Statement;

  constructor(db: DatabaseSync) {
    this.#all = prepare(
      db,
      `SELECT num, environment, name FROM wait_names ORDER BY num LIMIT ${WAIT_NAMES_MAX_COUNT + 1}`,
    );
    this.#find = prepare(db, "SELECT num FROM wait_names WHERE environment = ? AND name = ?");
    this.#paths = prepare(db, "SELECT path FROM wait_paths WHERE name = ?");
    this.#add = prepare(
      db,
      `INSERT INTO wait_names (environment, name, waits) VALUES (?, ?, 1)
       ON CONFLICT (environment, name) DO UPDATE SET waits = waits + 1 RETURNING num`,
    );
    this.#addPath = prepare(db, "INSERT INTO wait_paths (name, path) VALUES (?, ?)");
    this.#remove = prepare(
      db,
      "UPDATE wait_names SET waits = waits - 1 WHERE num = ? RETURNING waits, environment, name",
    );
    this.#drop = prepare(db, "DELETE FROM wait_names WHERE num = ?");
    this.#dropPaths = prepare(db, "DELETE FROM wait_paths WHERE name = ?");
    this.forget();
  }

  find(environment: number, name: string): WaitName | null {
    if (this.#names.size === 0 && this.#isComplete) return null;
    const known = this.#names.get(nameKey(environment, name));
    if (known !== undefined) return known;
    if (this.#isComplete) return null;
    const num = this.#find.get(environment, name)?.[0];
    return num === undefined ? null : this.#remember(environment, name, num);
  }

  /** Counts one more wait for the name. The number to find it by: with the path, if there is room for its path. */
  add(
    environment: number,
    name: string,
    path: string | null,
    value: string | null,
  ): readonly [name: number, match: number] {
    // The statement inserts or updates, and returns either way.
    const [num] = this.#add.get(environment, name) as readonly [number];
    const known = this.#names.get(nameKey(environment, name)) ?? this.#remember(environment, name, num);
    if (path === null || value === null) return [num, matchOf(num)];
    if (!known.paths.has(path)) {
      if (known.paths.size >= WAIT_PATHS_MAX_COUNT) return [num, matchOf(num)];
      this.#addPath.run(num, path);
      known.paths.set(path, parsePath(path));
    }
    return [num, matchOf(num, path, value)];
  }

  /** Counts one wait less, and forgets the name with its last. */
  remove(num: number): void {
    const row = this.#remove.get(num);
    if (row === undefined || row[0] > 0) return;
    this.#drop.run(num);
    this.#dropPaths.run(num);
    this.#names.delete(nameKey(row[1], row[2]));
  }

  /** Reads the names anew, after a rollback. */
  forget(): void {
    this.#names.clear();
    const rows = this.#all.all();
    this.#isComplete = rows.length <= WAIT_NAMES_MAX_COUNT;
    for (const [num, environment, name] of rows.slice(0, WAIT_NAMES_MAX_COUNT)) {
      this.#remember(environment, name, num);
    }
  }

  #remember(environment: number, name: string, num: number) {
    if (this.#names.size >= WAIT_NAMES_MAX_COUNT) {
      this.#isComplete = false;
      // The one that was read first makes way: any will do.
      for (const oldest of this.#names.keys()) {
        this.#names.delete(oldest);
        break;
      }
    }
    const paths = new Map(this.#paths.all(num).map(([path]) => [path, parsePath(path)] as const));
    const known = { num, paths };
    this.#names.set(nameKey(environment, name), known);
    return known;
  }
}

function nameKey(environment: number, name: string): string {
  return `${environment} ${name}`;
}

function parsePath(path: string): readonly string[] {
  // Paths are written as JSON lists of names, by `encodeWait`.
  return JSON.parse(path) as readonly string[];
}
