import type { GrantInfo, RoleRow } from "@holdfast/client";
import type { GrantPlace } from "@holdfast/protocol";
import { covers } from "@holdfast/protocol";

const PRODUCTION = "production";

/**
 * Which of these permissions grants give in a place, null being the installation itself: what one of them allows is
 * allowed. Pure, and by the table that the server answered with.
 */
export function permissionsIn(
  grants: readonly GrantInfo[],
  place: GrantPlace | null,
  table: readonly RoleRow[],
): readonly string[] {
  return table
    .filter((row) =>
      grants.some((grant) => {
        if (place === null ? grant.environments !== null : !covers(grant, place)) return false;
        // No role brings this one with it: it is given apart.
        if (row.permission === "payloads.read" && !grant.payloads) return false;
        const reach = row[grant.role];
        return reach === "everywhere" || (reach === "outside production" && place?.name !== PRODUCTION);
      }),
    )
    .map(({ permission }) => permission);
}

/** What reads badly by its own name. */
const NAMES: Readonly<Record<string, string>> = {
  sso: "single sign-on",
  redteam: "own attacks",
  sinks: "audit sinks",
};

/** `event_keys.manage` as people say it: `event keys`, `manage`. Pure. */
export function permissionWords(permission: string): { readonly what: string; readonly verb: string } {
  const [what = "", verb = ""] = permission.split(".");
  return { what: NAMES[what] ?? what.replaceAll("_", " "), verb: verb.replaceAll("_", " ") };
}

/** Rows of the table by what they are about, in its own order. Pure. */
export function grouped<Row extends { readonly permission: string }>(
  rows: readonly Row[],
): readonly (readonly [what: string, rows: readonly Row[]])[] {
  return [...Map.groupBy(rows, ({ permission }) => permissionWords(permission).what)];
}
