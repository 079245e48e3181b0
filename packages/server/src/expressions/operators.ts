import { member } from "./access.ts";
import { calculate } from "./arithmetic.ts";
import { equals } from "./equality.ts";
import type { Code } from "./evaluation.ts";
import type { Meter } from "./meter.ts";
import { compare } from "./ordering.ts";
import type { BinaryOperator } from "./syntax.ts";
import { asValue, Failure, isList, isMap, isTruthy, kindOf, type Result, type Value } from "./value.ts";

/** What an operator makes of two values. */
export type Operation = (left: Value, right: Value, meter: Meter) => Result;

export function operationOf(operator: BinaryOperator): Operation {
  switch (operator) {
    case "==":
      return equals;
    case "!=":
      return (left, right, meter) => {
        const verdict = equals(left, right, meter);
        return verdict instanceof Failure ? verdict : !verdict;
      };
    case "<":
      return ordered((order) => order < 0);
    case "<=":
      return ordered((order) => order <= 0);
    case ">":
      return ordered((order) => order > 0);
    case ">=":
      return ordered((order) => order >= 0);
    case "in":
      return isIn;
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return (left, right, meter) => calculate(operator, left, right, meter);
  }
}

/** Comparisons with NaN, as an order of NaN says, are all false. */
function ordered(holds: (order: number) => boolean): Operation {
  return (left, right, meter) => {
    const order = compare(left, right, meter);
    return order instanceof Failure ? order : holds(order);
  };
}

/** `value in list` and `key in map`; nothing is in null. */
function isIn(value: Value, container: Value, meter: Meter): Result {
  if (container === null) return false;
  if (isList(container)) {
    for (const item of container) {
      const verdict = equals(value, asValue(item), meter);
      if (verdict !== false) return verdict;
    }
    return false;
  }
  return isMap(container)
    ? member(container, value) !== undefined
    : new Failure(`nothing can be in ${kindOf(container)}`);
}

/**
 * `&&` and `||` (12.3): the first operand that decides is the result, and the last one where none does. A failure before
 * it does not matter, as CEL has it; where none decides, the failure is the result.
 */
export function chain(operands: readonly Code[], deciding: boolean): Code {
  return (evaluation) => {
    let failure: Failure | null = null;
    let result: Result = null;
    for (const operand of operands) {
      result = operand(evaluation);
      if (result instanceof Failure) failure ??= result;
      else if (isTruthy(result) === deciding) return result;
    }
    return failure ?? result;
  };
}
