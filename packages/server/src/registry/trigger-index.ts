import type { Expression } from "#expressions";
import type { FunctionDefinition } from "./contract.ts";

/** A function, and the filters of those of its triggers that an event's name fits: null where there is none. */
export interface Started {
  readonly definition: FunctionDefinition;
  readonly filters: readonly (Expression | null)[];
}

/** From event names, and patterns of them, to the functions they may start. */
export type TriggerIndex = ReadonlyMap<string, readonly Started[]>;

/** Builds the index over the functions that are in use. */
export function triggerIndex(functions: Iterable<FunctionDefinition>): TriggerIndex {
  const index = new Map<string, Started[]>();
  for (const definition of functions) {
    if (definition.archived) continue;
    const filters = Map.groupBy(definition.triggers, ({ event }) => event);
    for (const [event, triggers] of filters) {
      const started = { definition, filters: triggers.map(({ filter }) => filter) };
      const listed = index.get(event);
      if (listed === undefined) index.set(event, [started]);
      else listed.push(started);
    }
  }
  return index;
}

/** The functions an event of this name may start, each once, with the filters of all its triggers that cover the name. */
export function startedBy(index: TriggerIndex, eventName: string): readonly Started[] {
  const lists = [...candidates(eventName)].flatMap((candidate) => {
    const list = index.get(candidate);
    return list === undefined ? [] : [list];
  });
  if (lists.length < 2) return lists[0] ?? [];
  const filters = new Map<FunctionDefinition, (Expression | null)[]>();
  for (const { definition, filters: own } of lists.flat()) {
    const known = filters.get(definition);
    if (known === undefined) filters.set(definition, [...own]);
    else known.push(...own);
  }
  return Array.from(filters, ([definition, all]) => ({ definition, filters: all }));
}

/**
 * What triggers may say to cover a name (wire-protocol 13.1): the name itself, and every prefix cut at `/` with `/*`, every
 * prefix cut at `.` with `.*`. `*` alone is none of these.
 */
export function candidates(eventName: string): ReadonlySet<string> {
  const found = new Set([eventName]);
  for (let at = 0; at < eventName.length; at += 1) {
    const character = eventName[at];
    if (character === "/" || character === ".") found.add(`${eventName.slice(0, at)}${character}*`);
  }
  return found;
}
