import { RE2JS, type RE2JS as Program } from "re2js";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED, type Meter, spend } from "./meter.ts";
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
    return this.#program.test(text);
  }
}

/** Named classes, which a pattern of a few characters can ask for many times. */
const NAMED_CLASS = /\\[pP]|\[:/g;

/**
 * Reads a pattern of RE2 syntax. Small programs only: what `matches` costs is the product of the program and the text,
 * and repetitions in one another would make a short pattern a large program.
 */
export function compilePattern(source: string): Pattern | Failure {
  if (source.length > EXPRESSION_LIMITS.patternChars) {
    return new Failure(`the pattern is longer than ${EXPRESSION_LIMITS.patternChars} characters`);
  }
  if ((source.match(NAMED_CLASS)?.length ?? 0) > EXPRESSION_LIMITS.patternClassesCount) {
    return new Failure(`the pattern has more than ${EXPRESSION_LIMITS.patternClassesCount} named classes`);
  }
  let program: Program;
  try {
    program = RE2JS.compile(source);
  } catch (error) {
    return new Failure(`the pattern is not valid: ${error instanceof Error ? error.message : String(error)}`);
  }
  const instructions = program.programSize();
  return instructions > EXPRESSION_LIMITS.patternInstructionsCount
    ? new Failure(
        `the pattern stands for more than ${EXPRESSION_LIMITS.patternInstructionsCount} instructions`,
      )
    : new Pattern(program, instructions);
}
