import { canonicalJson } from "@holdfast/protocol";
import { capture } from "./capture.ts";
import { type EqualityIndex, findEquality } from "./equality-index.ts";
import { CompiledExpression, type Expression } from "./expression.ts";
import { invalid } from "./invalid.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { isNeverTrue } from "./reduce.ts";
import { canonicalText } from "./text.ts";
import { asValue } from "./value.ts";

/** What a wait or a cancel rule keeps of its expression when it is made (12.6). */
export interface WaitFilter {
  readonly source: string;
  /** Canonical JSON of the part of `event` that the expression reads, such as `{"data":{"id":7}}`. */
  readonly captured: string;
  /** What an incoming event must have at a path to match at all; null when the expression demands no such thing. */
  readonly equality: EqualityIndex | null;
}

/**
 * Reads off an expression and the event of its run what is needed to match incoming events later, without the run's
 * event: evaluated with `captured` as `event`, the source gives what it gives with the whole. `"never"` when the event
 * alone decides that nothing can match. `now` is Unix milliseconds; parts that ask the clock decide nothing yet.
 *
 * @param event An event as it is stored: canonical JSON, read by `JSON.parse`.
 * @throws HoldfastError `expression_invalid` when the expression reads more of the event than
 * `EXPRESSION_LIMITS.capturedChars`.
 */
export function prepareFilter(expression: Expression, event: unknown, now: number): WaitFilter | "never" {
  const { source } = expression;
  const compiled =
    expression instanceof CompiledExpression ? expression : new CompiledExpression(source, "filter");
  if (isNeverTrue(compiled, event, now)) return "never";
  const part = capture(compiled.tree, event);
  // This writer stops at the limit; the canonical one would write all of a large event before it is refused.
  if (canonicalText(asValue(part), EXPRESSION_LIMITS.capturedChars) === null) {
    throw invalid(
      source,
      0,
      `it reads more than ${EXPRESSION_LIMITS.capturedChars} characters of the event, which is all that a wait keeps; name the fields it needs`,
    );
  }
  const captured = canonicalJson(part);
  return { source, captured, equality: findEquality(compiled.tree, event) };
}
