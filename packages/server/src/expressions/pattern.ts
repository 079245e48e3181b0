import { RE2JS, type RE2JS as Program } from "re2js";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED, type Meter, spend } from "./meter.ts";
import { expandedSize } from "./pattern-size.ts";
import { Failure } from "./value.ts";

/** A pattern that was read, with the number of its instructions. */
export class Pattern {
  readonly #program: Program;
  readonly #instructions: number;

  constructor(program: Program, instructions: number) {
    this.#program = program;
    this.#instructions = instructions;
  }

  /** Whether the pattern matches anywhere in a text; in time that grows with the product of their lengths and no faster. */
  isIn(text: string, meter: Meter): boolean | Failure {
    const steps = this.#instructions * (text.length + 1);
    if (!spend(meter, 1 + Math.ceil(steps / EXPRESSION_LIMITS.patternStepsPerUnit))) return EXHAUSTED;
    const isFound = this.#program.test(text);
    if (this.keptBytes > EXPRESSION_LIMITS.patternKeptBytes) this.#states?.clearCache();
    return isFound;
  }

  /** What the engine keeps of the states it has met, as it counts them. It would go up to 8 MiB for each pattern. */
  get keptBytes(): number {
    const states = this.#states;
    return states === null ? 0 : states.maxMem - states.memBudget;
  }

  get #states(): ReturnType<Program["re2"]>["lazyDFA"] | null {
    // Null before the first text that needs them, which the types of the engine leave out.
    return this.#program.re2().lazyDFA;
  }
}

/** Named classes, which a pattern of a few characters can ask for many times. */
const NAMED_CLASS = /\\[pP]|\[:/g;
/** What switches off the sense for upper and lower case: a group that sets the flag `i`. */
const CASELESS = /\(\?[a-zA-Z-]*i/;
/** A range of a class that ends beyond ASCII. Without case it is looked through character by character. */
const WIDE_RANGE = /-(?:[^\0-\x7f]|\\[xpP0-7])/;
/** Quotes braces and brackets, which would hide what a pattern expands to. */
const QUOTATION = "\\Q";

/**
 * Reads a pattern of RE2 syntax. Small programs only: what `matches` costs is the product of the program and the text,
 * and repetitions in one another would make a short pattern a large program. What takes long to compile is refused by
 * its look, before it is compiled.
 */
export function compilePattern(source: string): Pattern | Failure {
  const refusal = refuse(source);
  if (refusal !== null) return new Failure(refusal);
  let program: Program;
  try {
    program = RE2JS.compile(source);
  } catch (error) {
    return new Failure(`the pattern is not valid: ${error instanceof Error ? error.message : String(error)}`);
  }
  const instructions = program.programSize();
  return instructions > EXPRESSION_LIMITS.patternInstructionsCount
    ? new Failure(TOO_LARGE)
    : new Pattern(program, instructions);
}

const TOO_LARGE = `the pattern stands for more than ${EXPRESSION_LIMITS.patternInstructionsCount} instructions`;

function refuse(source: string): string | null {
  if (source.length > EXPRESSION_LIMITS.patternChars) {
    return `the pattern is longer than ${EXPRESSION_LIMITS.patternChars} characters`;
  }
  if ((source.match(NAMED_CLASS)?.length ?? 0) > EXPRESSION_LIMITS.patternClassesCount) {
    return `the pattern has more than ${EXPRESSION_LIMITS.patternClassesCount} named classes`;
  }
  if (CASELESS.test(source) && WIDE_RANGE.test(source)) {
    return "the pattern ignores case and has a range beyond ASCII, which together are not supported";
  }
  if (source.includes(QUOTATION))
    return "the pattern has \\Q, which is not supported; escape the characters one by one";
  const size = expandedSize(source);
  if (size === Number.POSITIVE_INFINITY) return "the pattern is not valid: its brackets do not pair up";
  return size > EXPRESSION_LIMITS.patternExpandedCount ? TOO_LARGE : null;
}

// The tables behind case folding and named classes are made when they are first asked for, which takes as long as
// thousands of patterns. Better while the program starts than while somebody waits.
RE2JS.compile("(?i)\\pL");
