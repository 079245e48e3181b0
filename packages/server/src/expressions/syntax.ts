import type { Value } from "./value.ts";

export type UnaryOperator = "!" | "-";
export type BinaryOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "+" | "-" | "*" | "/" | "%";
export type Macro = "all" | "exists" | "exists_one" | "map" | "filter";

/**
 * The tree of an expression. `at` is the offset in the source of what the node is about, in UTF-16 units.
 *
 * Chains of `&&` and `||` are one node, however long: they are where generated expressions grow, and a tree that leans
 * to one side would be as deep as they are long.
 */
export type Node =
  | { readonly kind: "literal"; readonly at: number; readonly value: Value }
  | { readonly kind: "name"; readonly at: number; readonly name: string }
  | { readonly kind: "select"; readonly at: number; readonly operand: Node; readonly field: string }
  | { readonly kind: "has"; readonly at: number; readonly operand: Node; readonly field: string }
  | { readonly kind: "index"; readonly at: number; readonly operand: Node; readonly key: Node }
  | { readonly kind: "list"; readonly at: number; readonly items: readonly Node[] }
  | {
      readonly kind: "map";
      readonly at: number;
      readonly entries: readonly { readonly key: Node; readonly value: Node }[];
    }
  | { readonly kind: "unary"; readonly at: number; readonly operator: UnaryOperator; readonly operand: Node }
  | {
      readonly kind: "binary";
      readonly at: number;
      readonly operator: BinaryOperator;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly kind: "and" | "or"; readonly at: number; readonly operands: readonly Node[] }
  | {
      readonly kind: "conditional";
      readonly at: number;
      readonly condition: Node;
      readonly consequent: Node;
      readonly alternate: Node;
    }
  | {
      readonly kind: "call";
      readonly at: number;
      readonly name: string;
      /** What stands before the dot; null for a call without one. */
      readonly receiver: Node | null;
      readonly arguments: readonly Node[];
    }
  | {
      readonly kind: "macro";
      readonly at: number;
      readonly macro: Macro;
      readonly range: Node;
      readonly variable: string;
      /** Which elements count; null where all do, which is so for `map` with two arguments. */
      readonly predicate: Node | null;
      /** What `map` makes of an element. */
      readonly transform: Node | null;
    };

/** The nodes directly below a node, in the order of the source. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case "literal":
    case "name":
      return [];
    case "select":
    case "has":
    case "unary":
      return [node.operand];
    case "index":
      return [node.operand, node.key];
    case "list":
      return node.items;
    case "map":
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case "binary":
      return [node.left, node.right];
    case "and":
    case "or":
      return node.operands;
    case "conditional":
      return [node.condition, node.consequent, node.alternate];
    case "call":
      return node.receiver === null ? node.arguments : [node.receiver, ...node.arguments];
    case "macro":
      return [node.range, node.predicate, node.transform].filter((child) => child !== null);
  }
}

/** A name followed by fields, as in `event.data.id` or `event["data"].id`: where a path begins and how it goes on. */
export interface Path {
  readonly root: string;
  readonly fields: readonly string[];
}

/** The path a node spells out, when it is nothing but names and literal strings; null otherwise. */
export function pathOf(node: Node): Path | null {
  const fields: string[] = [];
  let current = node;
  while (current.kind !== "name") {
    if (current.kind === "select") fields.push(current.field);
    else if (
      current.kind === "index" &&
      current.key.kind === "literal" &&
      typeof current.key.value === "string"
    )
      fields.push(current.key.value);
    else return null;
    current = current.operand;
  }
  return { root: current.name, fields: fields.toReversed() };
}
