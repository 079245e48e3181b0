import type { Destination } from "../access/destinations.ts";

/** What a key does. */
export type Shortcut =
  | { readonly kind: "help" }
  | { readonly kind: "fold" }
  | { readonly kind: "begin" }
  | { readonly kind: "search" }
  | { readonly kind: "go"; readonly to: Destination["to"] };

interface Pressed {
  readonly key: string;
  readonly hasCommand: boolean;
  readonly isInField: boolean;
}

/**
 * What a pressed key means; null: nothing of ours. Single letters mean nothing inside fields, and nothing at all when
 * they are switched off (WCAG 2.1.4). Pure.
 *
 * @param isBegun whether `g` was pressed just before
 */
export function shortcutOf(
  { hasCommand, isInField, key }: Pressed,
  isBegun: boolean,
  areLettersOn: boolean,
  destinations: readonly Destination[],
): Shortcut | null {
  if (hasCommand) return key.toLowerCase() === "b" ? { kind: "fold" } : null;
  if (isInField || !areLettersOn) return null;
  if (isBegun) {
    const found = destinations.find((destination) => destination.key === key);
    return found === undefined ? null : { kind: "go", to: found.to };
  }
  if (key === "?") return { kind: "help" };
  if (key === "g") return { kind: "begin" };
  return key === "/" ? { kind: "search" } : null;
}
