import { assertCancelGrammar } from "./cancel-grammar.ts";
import { compile } from "./compile.ts";
import { type Code, Evaluation, type Variables } from "./evaluation.ts";
import { EXHAUSTED } from "./meter.ts";
import { parse } from "./parse.ts";
import type { Node } from "./syntax.ts";
import { Failure, type Value } from "./value.ts";

/**
 * What an expression is for, which decides what it may name and how it is written: `filter` may ask for `event`, `async`
 * and `output`; `key` and `priority` for `event`; `cancel` for `event` and `async`, in the grammar of 12.5.
 */
export type Purpose = "filter" | "key" | "priority" | "cancel";

export type Outcome =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "failed"; readonly reason: string };

/** An expression that was compiled, and may be evaluated any number of times. */
export interface Expression {
  readonly source: string;
  /** What the expression makes of its variables. `now` is Unix milliseconds, for `now()`. Never throws, and keeps to the budget. */
  evaluate(variables: Variables, now: number): Outcome;
}

const VARIABLES: Readonly<Record<Purpose, readonly (keyof Variables)[]>> = {
  filter: ["event", "async", "output"],
  key: ["event"],
  priority: ["event"],
  cancel: ["event", "async"],
};

/** The expression as this room makes it. `prepareFilter` reads its tree. */
export class CompiledExpression implements Expression {
  readonly source: string;
  readonly tree: Node;
  readonly #purpose: Purpose;
  readonly #code: Code;
  readonly #parts = new Map<Node, Code>();

  constructor(source: string, purpose: Purpose) {
    this.source = source;
    this.#purpose = purpose;
    this.tree = parse(source);
    if (purpose === "cancel") assertCancelGrammar(source, this.tree);
    this.#code = compile(source, this.tree, VARIABLES[purpose]);
  }

  evaluate(variables: Variables, now: number): Outcome {
    const evaluation = new Evaluation(variables, now);
    const result = this.#code(evaluation);
    // What ran out of budget on the way has no value, even if an operator made one of the failure.
    if (evaluation.left < 0) return { kind: "failed", reason: EXHAUSTED.reason };
    return result instanceof Failure
      ? { kind: "failed", reason: result.reason }
      : { kind: "value", value: result };
  }

  /** The code of a part of the tree that stands outside of macros, compiled when it is first asked for. */
  codeOf(part: Node): Code {
    const known = this.#parts.get(part);
    if (known !== undefined) return known;
    const code = compile(this.source, part, VARIABLES[this.#purpose]);
    this.#parts.set(part, code);
    return code;
  }
}

/**
 * Compiles an expression: CEL with the loose typing and the functions of the wire document, section 12.
 *
 * Integers written in an expression are 64-bit and exact; numbers that come from JSON are doubles. Both compare and add
 * with each other, so the difference shows only in division (`7 / 2` is 3, `event.data.seven / 2` is 3.5) and `type()`.
 *
 * @throws HoldfastError `expression_invalid`, with `line` and `column` (from 1) in its details, for what is not CEL, for
 * unknown functions and variables, for more than the grammar of the purpose, and past a limit of `EXPRESSION_LIMITS`.
 */
export function compileExpression(source: string, purpose: Purpose): Expression {
  return new CompiledExpression(source, purpose);
}
