import type { DatabaseSync } from "node:sqlite";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

/** What counts for every call of a function, whichever run it belongs to. */
export interface FunctionRules {
  /** Counter of its calls. */
  readonly calls: string;
  /** Counter at which its calls wait while it is paused. */
  readonly pause: string;
  readonly isPaused: boolean;
  /** Registered limits by rule; null for a function that was never registered. */
  readonly limits: ReadonlyMap<string, number> | null;
}

/** The rules of functions by number, as the tables have them; read once each. */
export class FunctionRulesReader {
  readonly #rules = new Map<number, FunctionRules>();
  readonly #find: Statement<readonly [isPaused: number, limits: string | null]>;

  constructor(db: DatabaseSync) {
    this.#find = prepare(
      db,
      `SELECT EXISTS (SELECT 1 FROM paused WHERE function = symbols.num), functions.limits
       FROM symbols LEFT JOIN functions ON functions.id = symbols.text WHERE symbols.num = ?`,
    );
  }

  of(fn: number): FunctionRules {
    const known = this.#rules.get(fn);
    if (known !== undefined) return known;
    const [isPaused, limits] = this.#find.get(fn) ?? [0, null];
    const rules: FunctionRules = {
      calls: callsCounter(fn),
      pause: `pause/${fn}`,
      isPaused: isPaused === 1,
      // The column is only ever written by `register`.
      limits: limits === null ? null : new Map(Object.entries(JSON.parse(limits) as Record<string, number>)),
    };
    this.#rules.set(fn, rules);
    return rules;
  }

  /** What was read may have changed, or may never have been. */
  forget(): void {
    this.#rules.clear();
  }
}

/** The counter of all calls of a function. */
export function callsCounter(fn: number): string {
  return `calls/${fn}`;
}
