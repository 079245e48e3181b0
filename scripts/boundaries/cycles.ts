/**
 * One cycle out of every knot of a graph, each written from its alphabetically first node. A knot is a set of nodes
 * that all reach one another (Tarjan, "Depth-first search and linear graph algorithms", 1972); one cycle of it is
 * enough to act on, since breaking it shows what remains. Edges to nodes that are not in the graph are ignored.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  return knots(edges)
    .map((knot) => shortestCycle(edges, knot))
    .toSorted((left, right) => (left[0] ?? "").localeCompare(right[0] ?? ""));
}

/** Sets of nodes that reach one another, without the trivial ones. */
function knots(edges: ReadonlyMap<string, readonly string[]>): readonly ReadonlySet<string>[] {
  const indexOf = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: Set<string>[] = [];

  const visit = (node: string): number => {
    const index = indexOf.size;
    let low = index;
    indexOf.set(node, index);
    stack.push(node);
    onStack.add(node);
    for (const next of edges.get(node) ?? []) {
      if (!edges.has(next)) continue;
      const seen = indexOf.get(next);
      if (seen === undefined) low = Math.min(low, visit(next));
      else if (onStack.has(next)) low = Math.min(low, seen);
    }
    if (low === index) {
      const knot = new Set(stack.splice(stack.indexOf(node)));
      for (const member of knot) onStack.delete(member);
      if (knot.size > 1 || (edges.get(node) ?? []).includes(node)) found.push(knot);
    }
    return low;
  };

  for (const node of edges.keys()) if (!indexOf.has(node)) visit(node);
  return found;
}

/** The shortest way from a knot's first node back to itself. */
function shortestCycle(
  edges: ReadonlyMap<string, readonly string[]>,
  knot: ReadonlySet<string>,
): readonly string[] {
  const start = [...knot].toSorted()[0] ?? "";
  const ways: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of edges.get(way.at(-1) ?? "") ?? []) {
      if (next === start) return way;
      if (!knot.has(next) || seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return [start];
}
