import type { AuditAct, Authority } from "@holdfast/protocol";
import type { ScimGroupFields } from "#scim";
import type { Change, Ledger } from "../ledger.ts";
import { inWords } from "../people/people.ts";
import { groupGrants } from "../sso/account-map.ts";
import type { DirectoryRows } from "./directory-rows.ts";

/** A group as it is about to be; null: it is about to go. */
export interface ChangedGroup {
  readonly id: string;
  readonly fields: ScimGroupFields | null;
}

/**
 * What people may do once a group has changed: who is in it, or was, gets what their groups give then and loses what they gave, in the
 * commit that changes it. Pure, given the ledger.
 */
export function regranted(
  {
    connection,
    ledger,
    rows,
  }: { readonly ledger: Ledger; readonly rows: DirectoryRows; readonly connection: string },
  changed: ChangedGroup,
  people: Iterable<string>,
  by: Authority,
): { readonly changes: readonly Change[]; readonly acts: readonly AuditAct[] } {
  const map = ledger.get("sso-connection", connection)?.map ?? null;
  const others = rows
    .groups()
    .filter(([id]) => id !== changed.id)
    .map(([, { fields }]) => fields);
  const groups = changed.fields === null ? others : [...others, changed.fields];
  const changes: Change[] = [];
  const acts: AuditAct[] = [];
  for (const id of people) {
    const person = ledger.get("person", id);
    if (person === null || person.managedBy !== connection) continue;
    const names = groups.filter(({ members }) => members.includes(id)).map(({ displayName }) => displayName);
    const grants = groupGrants(names, map);
    if (JSON.stringify(grants) === JSON.stringify(person.grants)) continue;
    changes.push({ kind: "person", id, value: { ...person, grants } });
    const words = { from: person.grants.map(inWords), to: grants.map(inWords) };
    acts.push(rows.act("person.granted", by, id, { changes: { grants: words } }));
  }
  return { changes, acts };
}
