import type { CallContext } from "./functions.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED } from "./meter.ts";
import { asValue, type Result, type Value } from "./value.ts";

/** What an expression may be about, as plain JSON values. What is absent is null. */
export interface Variables {
  /** The event a run began with, or the one that arrives. */
  readonly event: unknown;
  /** The event that arrives while a run waits. */
  readonly async?: unknown;
  /** What a run returned. */
  readonly output?: unknown;
}

/** One evaluation under way: what it reads, where it is, and what is left of its budget. */
export class Evaluation implements CallContext {
  left: number = EXPRESSION_LIMITS.budgetUnits;
  readonly now: number;
  readonly variables: Readonly<Record<keyof Variables, Value>>;
  /** The elements that macros are at, the outermost macro first. */
  readonly elements: Value[] = [];

  constructor(variables: Variables, now: number) {
    this.now = now;
    this.variables = {
      event: asValue(variables.event),
      async: asValue(variables.async),
      output: asValue(variables.output),
    };
  }
}

/** A compiled node. It takes its own unit from the budget, and fails when there is none. */
export type Code = (evaluation: Evaluation) => Result;

/** A compiled node that does something only while the budget lasts. */
export function metered(run: Code): Code {
  return (evaluation) => (--evaluation.left < 0 ? EXHAUSTED : run(evaluation));
}
