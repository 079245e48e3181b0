import { keysOf } from "./access.ts";
import type { Code, Evaluation } from "./evaluation.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED } from "./meter.ts";
import type { Macro } from "./syntax.ts";
import { asValue, Failure, isList, isMap, isTruthy, kindOf, type Result, type Value } from "./value.ts";

/** A macro, compiled: the range it goes over, what it asks of each element, and where the element is put. */
export interface Comprehension {
  readonly macro: Macro;
  readonly range: Code;
  /** Position in `Evaluation.elements`. */
  readonly slot: number;
  readonly predicate: Code | null;
  readonly transform: Code | null;
}

const LIST_TOO_LONG = new Failure(`a list has more than ${EXPRESSION_LIMITS.listItemsCount} items`);

/** The code of a macro (CEL language definition, "Macros"). A range of null is empty, a map is gone over by its keys. */
export function comprehend(comprehension: Comprehension): Code {
  const { range, macro } = comprehension;
  const fold = macro === "map" || macro === "filter" ? collect : macro === "exists_one" ? countOne : quantify;
  return (evaluation) => {
    const value = range(evaluation);
    if (value instanceof Failure) return value;
    const elements = elementsOf(value, evaluation);
    return elements instanceof Failure ? elements : fold(comprehension, elements, evaluation);
  };
}

function elementsOf(value: Value, evaluation: Evaluation): readonly unknown[] | Failure {
  if (value === null) return [];
  if (isList(value)) return value;
  if (!isMap(value)) return new Failure(`there are no elements in ${kindOf(value)}`);
  const keys = keysOf(value);
  evaluation.left -= keys.length;
  return evaluation.left < 0 ? EXHAUSTED : keys;
}

/** What the predicate says of an element, which is put in its place first. Takes the unit of the element. */
function ask(comprehension: Comprehension, element: unknown, evaluation: Evaluation): Result {
  if (--evaluation.left < 0) return EXHAUSTED;
  evaluation.elements[comprehension.slot] = asValue(element);
  return comprehension.predicate === null ? true : comprehension.predicate(evaluation);
}

/** `all` and `exists`: one element may decide, whatever fails at the others; undecided, a failure is the result. */
function quantify(
  comprehension: Comprehension,
  elements: readonly unknown[],
  evaluation: Evaluation,
): Result {
  const deciding = comprehension.macro === "exists";
  let failure: Failure | null = null;
  for (const element of elements) {
    const verdict = ask(comprehension, element, evaluation);
    if (evaluation.left < 0) return EXHAUSTED;
    if (verdict instanceof Failure) failure = verdict;
    else if (isTruthy(verdict) === deciding) return deciding;
  }
  return failure ?? !deciding;
}

function countOne(
  comprehension: Comprehension,
  elements: readonly unknown[],
  evaluation: Evaluation,
): Result {
  let count = 0;
  for (const element of elements) {
    const verdict = ask(comprehension, element, evaluation);
    if (verdict instanceof Failure) return verdict;
    if (isTruthy(verdict)) count++;
  }
  return count === 1;
}

/** `filter` keeps elements, `map` makes something of them. */
function collect(comprehension: Comprehension, elements: readonly unknown[], evaluation: Evaluation): Result {
  const kept: Value[] = [];
  for (const element of elements) {
    const verdict = ask(comprehension, element, evaluation);
    if (verdict instanceof Failure) return verdict;
    if (!isTruthy(verdict)) continue;
    const item = comprehension.transform === null ? asValue(element) : comprehension.transform(evaluation);
    if (item instanceof Failure) return item;
    if (kept.push(item) > EXPRESSION_LIMITS.listItemsCount) return LIST_TOO_LONG;
  }
  return kept;
}
