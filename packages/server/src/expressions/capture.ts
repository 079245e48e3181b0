import { children, type Node, pathOf } from "./syntax.ts";
import { asValue, ConstructedMap, isMap, type JsonMap } from "./value.ts";

/** Which parts of a value are read: all of it, or some of its fields. */
type Reads = "all" | Map<string, Reads>;

/**
 * The smallest part of an event that an expression reads: what stands at the paths it names, and nothing beside them.
 * The expression makes the same of that part as of the event. Fields that are missing stay missing, since `has` asks.
 */
export function capture(tree: Node, event: unknown): unknown {
  const paths: (readonly string[])[] = [];
  collectPaths(tree, paths);
  return cut(
    event,
    paths.reduce<Reads>((reads, path) => add(reads, path), new Map<string, Reads>()),
  );
}

function collectPaths(node: Node, paths: (readonly string[])[]): void {
  const path = pathOf(node.kind === "has" ? node.operand : node);
  if (path === null) {
    for (const child of children(node)) collectPaths(child, paths);
  } else if (path.root === "event") {
    paths.push(node.kind === "has" ? [...path.fields, node.field] : path.fields);
  }
}

function add(reads: Reads, path: readonly string[]): Reads {
  const [field, ...rest] = path;
  if (reads === "all" || field === undefined) return "all";
  return reads.set(field, add(reads.get(field) ?? new Map<string, Reads>(), rest));
}

function cut(value: unknown, reads: Reads): unknown {
  if (reads === "all") return asValue(value);
  const whole = asValue(value);
  // What has no fields reads as null at each of them, and so does null, which is shorter.
  if (!isMap(whole) || whole instanceof ConstructedMap) return null;
  return cutMap(whole, reads);
}

function cutMap(map: JsonMap, reads: ReadonlyMap<string, Reads>): JsonMap {
  // Without a prototype, so that a field named `__proto__` is one like any other.
  const part = Object.create(null) as Record<string, unknown>;
  for (const [field, below] of reads) {
    if (Object.hasOwn(map, field)) part[field] = cut(map[field], below);
  }
  return part;
}
