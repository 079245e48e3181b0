import type { AuditAct } from "@holdfast/protocol";
import type { ScimDirectory, ScimGroup, ScimGroupFields } from "#scim";
import { ScimError, versionRefused } from "#scim";
import type { DirectoryDeps } from "./directory-rows.ts";
import { directoryRows } from "./directory-rows.ts";
import { pageOf } from "./pages-of.ts";
import type { DirectoryGroupRecord } from "./records.ts";
import { regranted } from "./regranting.ts";

type Groups = Pick<ScimDirectory, "groups" | "group" | "createGroup" | "replaceGroup" | "removeGroup">;

/** The groups of one connection's directory: what they give follows them at once. */
export function directoryGroups({ clock, ledger, random }: DirectoryDeps, connection: string): Groups {
  const rows = directoryRows({ ledger, random }, connection);
  const around = { ledger, rows, connection };

  const shown = (
    id: string,
    { changedAt, createdAt, fields, revision }: DirectoryGroupRecord,
  ): ScimGroup => ({
    id,
    ...fields,
    revision,
    createdAt,
    changedAt,
  });

  function checkGroup(fields: ScimGroupFields, id: string | null): void {
    if (fields.members.some((member) => rows.user(member) === null))
      throw new ScimError(400, "invalidValue", "A member is no user of this connection.");
    const name = fields.displayName.toLowerCase();
    if (rows.groups().some(([each, group]) => each !== id && group.fields.displayName.toLowerCase() === name))
      throw new ScimError(409, "uniqueness", "There is a group with this displayName.");
  }

  return {
    groups: async (query) =>
      pageOf(
        rows.groups().map(([id, each]) => shown(id, each)),
        query,
        (group, attribute) => {
          if (attribute === "displayName") return [group.displayName];
          return [attribute === "id" ? group.id : group.externalId];
        },
      ),
    group: async (id) => {
      const found = rows.group(id);
      return found === null ? null : shown(id, found);
    },
    createGroup: (fields, by) =>
      ledger.inTurn(async () => {
        checkGroup(fields, null);
        const id = rows.newId();
        const now = clock.now();
        const value = { connection, fields, revision: 1, createdAt: now, changedAt: now };
        const { acts, changes } = regranted(around, { id, fields }, fields.members, by);
        await ledger.commit(
          [{ kind: "directory-group", id, value }, ...changes],
          [rows.act("directory.group_changed", by, id, { changes: membersFrom([], fields) }), ...acts],
        );
        return shown(id, value);
      }),
    replaceGroup: (id, fields, revision, by) =>
      ledger.inTurn(async () => {
        const before = rows.group(id);
        if (before === null) return null;
        if (before.revision !== revision) throw versionRefused();
        checkGroup(fields, id);
        if (JSON.stringify(fields) === JSON.stringify(before.fields)) return shown(id, before);
        const value = { ...before, fields, revision: revision + 1, changedAt: clock.now() };
        const touched = new Set([...before.fields.members, ...fields.members]);
        const { acts, changes } = regranted(around, { id, fields }, touched, by);
        await ledger.commit(
          [{ kind: "directory-group", id, value }, ...changes],
          [
            rows.act("directory.group_changed", by, id, {
              changes: membersFrom(before.fields.members, fields),
            }),
            ...acts,
          ],
        );
        return shown(id, value);
      }),
    removeGroup: (id, revision, by) =>
      ledger.inTurn(async () => {
        const before = rows.group(id);
        if (before === null) return false;
        if (before.revision !== revision) throw versionRefused();
        const { acts, changes } = regranted(around, { id, fields: null }, before.fields.members, by);
        await ledger.commit(
          [{ kind: "directory-group", id, value: null }, ...changes],
          [
            rows.act("directory.group_changed", by, id, {
              changes: { members: { from: before.fields.members.length, to: 0 } },
            }),
            ...acts,
          ],
        );
        return true;
      }),
  };
}

function membersFrom(
  before: readonly string[],
  { displayName, members }: ScimGroupFields,
): AuditAct["changes"] {
  return {
    members: { from: before.length, to: members.length },
    name: { from: null, to: displayName },
  };
}
