import { Evaluation } from "./evaluation.ts";
import type { CompiledExpression } from "./expression.ts";
import { FUNCTIONS } from "./functions.ts";
import { children, type Node } from "./syntax.ts";
import { Failure, isTruthy, type Result } from "./value.ts";

/**
 * Whether an expression can be the boolean true for no incoming event, as the run's event alone decides (12.6). Sound
 * and not complete: it looks through `&&`, `||` and conditionals at parts that read neither `async` nor the clock.
 */
export function isNeverTrue(expression: CompiledExpression, event: unknown, now: number): boolean {
  // One budget for all parts together.
  const evaluation = new Evaluation({ event }, now);
  const valueOf = (node: Node): Result | undefined => {
    if (!isSettled(node)) return undefined;
    const result = expression.codeOf(node)(evaluation);
    return evaluation.left < 0 ? undefined : result;
  };
  return neverTrue(expression.tree, valueOf);
}

/** What a part is whatever arrives; undefined when that is not known. */
type Settled = (node: Node) => Result | undefined;

function neverTrue(node: Node, valueOf: Settled): boolean {
  switch (node.kind) {
    case "and":
      // True only when all operands hold and the last one is true itself.
      return (
        node.operands.some((operand) => neverTruthy(operand, valueOf)) ||
        node.operands.slice(-1).every((last) => neverTrue(last, valueOf))
      );
    case "or":
      return node.operands.every((operand) => neverTrue(operand, valueOf));
    case "conditional":
      return branches(node, valueOf).every((branch) => neverTrue(branch, valueOf));
    default: {
      const value = valueOf(node);
      return value !== undefined && value !== true;
    }
  }
}

function neverTruthy(node: Node, valueOf: Settled): boolean {
  switch (node.kind) {
    case "and":
      return node.operands.some((operand) => neverTruthy(operand, valueOf));
    case "or":
      return node.operands.every((operand) => neverTruthy(operand, valueOf));
    case "conditional":
      return branches(node, valueOf).every((branch) => neverTruthy(branch, valueOf));
    default: {
      const value = valueOf(node);
      return value !== undefined && (value instanceof Failure || !isTruthy(value));
    }
  }
}

/** The branches of a conditional that may still be taken. */
function branches(node: Extract<Node, { kind: "conditional" }>, valueOf: Settled): readonly Node[] {
  const condition = valueOf(node.condition);
  if (condition === undefined) return [node.consequent, node.alternate];
  if (condition instanceof Failure) return [];
  return [isTruthy(condition) ? node.consequent : node.alternate];
}

/** Whether a part reads nothing but the run's event. */
function isSettled(node: Node): boolean {
  if (node.kind === "name" && (node.name === "async" || node.name === "output")) return false;
  if (node.kind === "call" && FUNCTIONS.get(node.name)?.isTimed === true) return false;
  return children(node).every(isSettled);
}
