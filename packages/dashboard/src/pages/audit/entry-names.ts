import type { AuditRowInfo } from "@holdfast/client";

/** The name that an entry's commitment stands for; null once it was erased, or where there was none. Pure. */
export function nameIn(
  { openings }: Pick<AuditRowInfo, "openings">,
  commitment: string | null,
): string | null {
  if (commitment === null || openings === null || !Object.hasOwn(openings, commitment)) return null;
  return openings[commitment]?.name ?? null;
}

/** A value of a change as text: a list as its members. Pure. */
export function valueWords(value: string | number | boolean | readonly string[] | null): string {
  if (value === null) return "nothing";
  return Array.isArray(value) ? value.join(", ") || "an empty list" : String(value);
}
