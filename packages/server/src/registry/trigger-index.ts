import type { FunctionDefinition } from "./contract.ts";

/** From event names to the functions they start. */
export type TriggerIndex = ReadonlyMap<string, readonly FunctionDefinition[]>;

/** Builds the index over the functions that are in use. */
export function triggerIndex(functions: Iterable<FunctionDefinition>): TriggerIndex {
  const index = new Map<string, FunctionDefinition[]>();
  for (const definition of functions) {
    if (definition.archived) continue;
    for (const { event } of definition.triggers) {
      const listed = index.get(event);
      if (listed === undefined) index.set(event, [definition]);
      else if (!listed.includes(definition)) listed.push(definition);
    }
  }
  return index;
}

/** The functions an event of this name starts, each once, whichever of its triggers match. */
export function startedBy(index: TriggerIndex, eventName: string): readonly FunctionDefinition[] {
  const exact = index.get(eventName);
  const patterns = wildcards(eventName).filter((pattern) => index.has(pattern));
  if (patterns.length === 0) return exact ?? [];
  const found = new Set(exact);
  for (const pattern of patterns) for (const definition of index.get(pattern) ?? []) found.add(definition);
  return [...found];
}

/** The patterns that cover a name (wire-protocol 13.1): every prefix cut at `/` with `/*`, every prefix cut at `.` with `.*`. */
export function wildcards(eventName: string): readonly string[] {
  const patterns: string[] = [];
  for (let at = 0; at < eventName.length; at += 1) {
    const character = eventName[at];
    if (character === "/" || character === ".") patterns.push(`${eventName.slice(0, at)}${character}*`);
  }
  return patterns;
}
