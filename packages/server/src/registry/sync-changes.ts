import type { AuditAct } from "@holdfast/protocol";
import type { RegistrationChange } from "./contract.ts";

/** Names of functions that an entry of the log lists; an app may have hundreds. */
const LISTED_MAX = 50;

/** What a registration changes, as the audit log has it. */
export function syncChanges({
  added,
  changed,
  removed,
  url,
}: Omit<RegistrationChange, "app">): AuditAct["changes"] {
  const lists = { functions_added: added, functions_changed: changed, functions_removed: removed };
  const named = Object.entries(lists)
    .filter(([, slugs]) => slugs.length > 0)
    .map(([name, slugs]) => [name, { from: null, to: slugs.slice(0, LISTED_MAX) }] as const);
  // Without its query, which may be secret.
  const shown = (text: string | null): string | null => text?.split("?")[0] ?? null;
  return {
    ...(url.from === url.to ? {} : { url: { from: shown(url.from), to: shown(url.to) } }),
    ...Object.fromEntries(named),
  };
}
