import { invalid } from "./invalid.ts";
import { children, type Node } from "./syntax.ts";

const CASTS: ReadonlySet<string> = new Set(["int", "uint", "double"]);
const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%"]);

/**
 * Holds an expression against the grammar of cancel rules (12.5): logical operators, comparisons, indexing, `in`, and the
 * casts between numbers. Lists may be written, for `in` to search.
 *
 * @throws HoldfastError `expression_invalid` at the first node that is anything else.
 */
export function assertCancelGrammar(source: string, node: Node): void {
  const found = beyondGrammar(node);
  if (found !== null) {
    throw invalid(
      source,
      node.at,
      `expected only logical operators, comparisons, indexing, in, int(), uint() and double() in a cancel rule, found ${found}`,
    );
  }
  for (const child of children(node)) assertCancelGrammar(source, child);
}

function beyondGrammar(node: Node): string | null {
  switch (node.kind) {
    case "literal":
    case "name":
    case "select":
    case "index":
    case "list":
    case "and":
    case "or":
      return null;
    case "unary":
      return node.operator === "!" ? null : "a sign";
    case "binary":
      return ARITHMETIC.has(node.operator) ? node.operator : null;
    case "call":
      return node.receiver === null && CASTS.has(node.name) ? null : `the function ${node.name}`;
    case "has":
      return "the macro has";
    case "macro":
      return `the macro ${node.macro}`;
    case "map":
      return "a map";
    case "conditional":
      return "a conditional";
  }
}
