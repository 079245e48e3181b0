import {
  asValue,
  ConstructedMap,
  scalarKey,
  isList,
  isMap,
  numeric,
  type JsonMap,
  type Value,
} from "./value.ts";

/** A member of a map, or undefined when there is none. Only own properties of JSON count, whatever they are called. */
export function member(map: ConstructedMap | JsonMap, key: Value): Value | undefined {
  if (map instanceof ConstructedMap) {
    const entryKey = scalarKey(key);
    return entryKey === null ? undefined : map.entries.get(entryKey)?.[1];
  }
  return typeof key === "string" && Object.hasOwn(map, key) ? asValue(map[key]) : undefined;
}

/**
 * The keys of large maps of JSON, which are never changed here. The engine cannot count or list keys piece by piece, and
 * for an event of nothing but keys a list takes tens of milliseconds: once for the event, not once for each expression.
 */
const KEYS = new WeakMap<JsonMap, readonly string[]>();
const REMEMBERED_FROM_COUNT = 1000;

/** The keys of a map. */
export function keysOf(map: ConstructedMap | JsonMap): readonly Value[] {
  if (map instanceof ConstructedMap) return Array.from(map.entries.values(), ([key]) => key);
  const known = KEYS.get(map);
  if (known !== undefined) return known;
  const keys = Object.keys(map);
  if (keys.length >= REMEMBERED_FROM_COUNT) KEYS.set(map, keys);
  return keys;
}

/** `value.field`: null for a field that is missing, and for a field of what has none (12.3). */
export function select(value: Value, field: string): Value {
  return isMap(value) ? (member(value, field) ?? null) : null;
}

/** `value[key]`: null for what is missing, be it a key, a position past the end, or the container itself (12.3). */
export function index(value: Value, key: Value): Value {
  if (isList(value)) {
    const position = numeric(key);
    return position === null ? null : asValue(value[Number(position)]);
  }
  return isMap(value) ? (member(value, key) ?? null) : null;
}

/** What stands at a path of fields below a value; undefined when a step is missing. Own properties only, lists have none. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const field of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, field)) {
      return undefined;
    }
    // An object may be read by any of its own keys; what is found there is unknown and checked as such.
    value = (value as JsonMap)[field];
  }
  return value;
}
