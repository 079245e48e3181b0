import { isHoldfastError } from "@holdfast/protocol";
import { compileExpression, type Expression } from "./expression.ts";
import { isMatch } from "./outcomes.ts";

/** Whether an incoming event matches a filter: its source, what it captured, the event, and now in Unix milliseconds. */
export type MatchFilter = (source: string, captured: string, async: unknown, now: number) => boolean;

/**
 * Matches stored filters. Waits of one function share their source, so compiled expressions are kept, those used last,
 * up to `entriesMax`. A source that does not compile and a captured text that is no JSON match nothing.
 */
export function createFilterCache(entriesMax: number): MatchFilter {
  // In the order of use, the longest unused first. Null is a source that does not compile.
  const expressions = new Map<string, Expression | null>();

  const find = (source: string): Expression | null => {
    const known = expressions.get(source);
    const expression = known === undefined ? compileOrNull(source) : known;
    expressions.delete(source);
    expressions.set(source, expression);
    if (expressions.size > entriesMax) {
      const [oldest] = expressions.keys();
      if (oldest !== undefined) expressions.delete(oldest);
    }
    return expression;
  };

  return (source, captured, async, now) => {
    const expression = find(source);
    if (expression === null) return false;
    let event: unknown;
    try {
      event = JSON.parse(captured);
    } catch {
      // Nothing that prepareFilter wrote; a filter without its event matches nothing.
      return false;
    }
    return isMatch(expression.evaluate({ event, async }, now));
  };
}

function compileOrNull(source: string): Expression | null {
  try {
    return compileExpression(source, "filter");
  } catch (error) {
    if (isHoldfastError(error, "expression_invalid")) return null;
    throw error;
  }
}
