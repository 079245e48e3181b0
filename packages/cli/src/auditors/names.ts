import type { AuditRowInfo } from "@holdfast/client";

/** The name that an entry commits to; null when it has none, or one that was erased. */
export function nameIn(
  { openings }: Pick<AuditRowInfo, "openings">,
  { name_commitment: commitment }: { readonly name_commitment: string | null },
): string | null {
  return commitment === null ? null : (openings?.[commitment]?.name ?? null);
}

/** Who acted, as people call it, and the id that stays. */
export function actorOf(row: AuditRowInfo): string {
  const { actor } = row.entry;
  const name = nameIn(row, actor);
  return name === null ? `${actor.type} ${actor.id}` : `${name} (${actor.id})`;
}
