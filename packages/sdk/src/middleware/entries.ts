import type { MiddlewareEntry } from "./contract.ts";

/** A list of middleware as an option has it; null for what is none. */
export function middlewareEntries(value: unknown): readonly MiddlewareEntry[] | null {
  if (!Array.isArray(value)) return null;
  const entries: readonly unknown[] = value;
  return entries.every(isEntry) ? [...entries] : null;
}

/** An object with an id, or a function that makes one. What its hooks take and give only the types know. */
function isEntry(value: unknown): value is MiddlewareEntry {
  if (typeof value === "function") return true;
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "string";
}
