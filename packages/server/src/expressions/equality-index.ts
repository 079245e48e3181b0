import { valueAt } from "./access.ts";
import { type Node, pathOf } from "./syntax.ts";
import { numeric } from "./value.ts";

/** What stands at a path of the incoming event whenever the expression matches; compared by `equalityKey`. */
export interface EqualityIndex {
  readonly path: readonly string[];
  readonly value: string | number | boolean;
}

/**
 * The equality by which waits are best told apart, among those that every match needs: operands of the topmost `&&` of
 * the form `async.<path> == <scalar>`, either way around, the scalar being a literal or in the run's event.
 *
 * A match needs each of them, since `&&` is true only when all operands hold, and under the loose typing nothing but a
 * number of the same amount, the same text, or the same boolean equals a scalar that is not null.
 */
export function findEquality(tree: Node, event: unknown): EqualityIndex | null {
  const conjuncts = tree.kind === "and" ? tree.operands : [tree];
  let best: EqualityIndex | null = null;
  let bestRank = 0;
  for (const node of conjuncts) {
    if (node.kind !== "binary" || node.operator !== "==") continue;
    for (const [incoming, known] of [
      [node.left, node.right],
      [node.right, node.left],
    ] as const) {
      const path = pathOf(incoming);
      const value = knownScalar(known, event);
      if (path?.root !== "async" || path.fields.length === 0 || value === null) continue;
      const rank = rankOf(known, value);
      if (rank > bestRank) [best, bestRank] = [{ path: path.fields, value }, rank];
    }
  }
  return best;
}

/** Ids from the run's event tell waits apart, literals are the same for all of them, and booleans hardly tell at all. */
function rankOf(known: Node, value: string | number | boolean): number {
  return (typeof value === "boolean" ? 1 : 2) + (known.kind === "literal" ? 0 : 2);
}

/** The scalar that a node is for this event, other than null; null for any other node. */
function knownScalar(node: Node, event: unknown): string | number | boolean | null {
  const path = pathOf(node);
  const value =
    node.kind === "literal" ? node.value : path?.root === "event" ? valueAt(event, path.fields) : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  const number = typeof value === "number" || node.kind === "literal" ? numeric(value as number) : null;
  if (typeof number === "number") return Number.isFinite(number) ? number : null;
  // An integer that no double holds would become another number.
  return number !== null && BigInt(Number(number)) === number ? Number(number) : null;
}
