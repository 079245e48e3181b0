import { HoldfastError, SEALED_MEMBER } from "@holdfast/protocol";
import type { EventData } from "holdfast";
import { SERVER_MEMBER } from "../format/envelope-text.ts";

/**
 * Data as its parts: members that are sealed, and those that stay outside. The latter are plain JSON, such as a reader
 * will find: a date is its text, and what is undefined is not there.
 */
export function splitData(
  data: EventData,
  clear: readonly string[],
): { readonly inside: EventData; readonly outside: EventData } {
  if (clear.length === 0) return { inside: data, outside: {} };
  const entries = Object.entries(data);
  const outside = Object.fromEntries(entries.filter(([name]) => clear.includes(name)));
  return {
    inside: Object.fromEntries(entries.filter(([name]) => !clear.includes(name))),
    // An object stays an object in JSON.
    outside: JSON.parse(JSON.stringify(outside)) as EventData,
  };
}

/** @throws HoldfastError `config_invalid` for a name that the format or the server needs for itself. */
export function assertClearNames(names: readonly string[]): void {
  for (const name of names) {
    if (name !== SEALED_MEMBER && name !== SERVER_MEMBER) continue;
    throw new HoldfastError(
      "config_invalid",
      `Cannot keep a member called ${name} in clear: the name is taken.`,
    );
  }
}
