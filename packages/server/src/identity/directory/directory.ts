import type { AuditAct, Authority } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import type { Clock, Random } from "#kernel";
import type { ScimDirectory, ScimGroup, ScimGroupFields, ScimUser, ScimUserFields } from "#scim";
import { ScimError, versionRefused } from "#scim";
import type { Change, Ledger } from "../ledger.ts";
import { readAddress } from "../people/address.ts";
import { areOwners } from "../people/owners.ts";
import { inWords } from "../people/people.ts";
import type { PersonRecord } from "../records.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { groupGrants } from "../sso/account-map.ts";
import { GUARD_MS, isTooMany } from "./deactivation-guard.ts";
import { pageOf } from "./pages-of.ts";
import type { DirectoryGroupRecord, DirectoryUserRecord } from "./records.ts";

export interface DirectoryDeps {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
}

const ID_BYTES = 12;
const NAME_CHARS_MAX = 100;

/** The names of the groups of a directory that a person is in. */
export function directoryGroupsOf(ledger: Ledger, person: string): readonly string[] {
  return ledger
    .all("directory-group")
    .filter(([, { fields }]) => fields.members.includes(person))
    .map(([, { fields }]) => fields.displayName);
}

/** The users and groups of one connection, over the accounts of this installation. */
export function createDirectory(deps: DirectoryDeps, connection: string): ScimDirectory {
  const { audit, clock, ledger, random, sessions } = deps;
  const newId = (): string => Buffer.from(random.bytes(ID_BYTES)).toString("hex");

  const rows = (): readonly (readonly [id: string, DirectoryUserRecord])[] =>
    ledger.all("directory-user").filter(([, row]) => row.connection === connection && row.removedAt === null);
  const groupRows = (): readonly (readonly [id: string, DirectoryGroupRecord])[] =>
    ledger.all("directory-group").filter(([, row]) => row.connection === connection);
  const row = (id: string): DirectoryUserRecord | null => rows().find(([each]) => each === id)?.[1] ?? null;
  const groupRow = (id: string): DirectoryGroupRecord | null =>
    groupRows().find(([each]) => each === id)?.[1] ?? null;

  const shown = (id: string, { changedAt, createdAt, fields, revision }: DirectoryUserRecord): ScimUser => ({
    id,
    ...fields,
    revision,
    createdAt,
    changedAt,
    groups: groupRows()
      .filter(([, group]) => group.fields.members.includes(id))
      .map(([each, group]) => ({ id: each, display: group.fields.displayName })),
  });
  const shownGroup = (
    id: string,
    { changedAt, createdAt, fields, revision }: DirectoryGroupRecord,
  ): ScimGroup => ({
    id,
    externalId: fields.externalId,
    displayName: fields.displayName,
    revision,
    createdAt,
    changedAt,
    members: fields.members.map((each) => ({ id: each, display: ledger.get("person", each)?.name ?? null })),
  });

  function addressOf(fields: ScimUserFields): string {
    const address = readAddress(fields.userName);
    const domain = address === null ? null : ledger.get("sso-domain", address.domain);
    if (address === null || domain?.verifiedAt == null || domain.connection !== connection)
      throw new ScimError(400, "invalidValue", "The address is of no verified domain of the connection.");
    return address.text;
  }

  function checkUnique(fields: ScimUserFields, address: string, id: string | null): void {
    const isTaken = ledger.all("person").some(([each, { email }]) => each !== id && email === address);
    const isKnown = rows().some(
      ([each, other]) =>
        each !== id && fields.externalId !== null && other.fields.externalId === fields.externalId,
    );
    if (isTaken || isKnown)
      throw new ScimError(409, "uniqueness", "There is an account with this address or externalId.");
  }

  function refuseDeactivation(by: Authority, reason: string, id: string, error: ScimError): ScimError {
    audit.note(act("directory.held", by, id, "denied", {}, reason));
    return error;
  }

  /** Owners and accounts for emergencies are people's own business; and nobody closes everybody by mistake. */
  function checkDeactivation(id: string, person: PersonRecord, by: Authority): void {
    if (areOwners(person.grants) || person.isBreakGlass)
      throw refuseDeactivation(
        by,
        "owner",
        id,
        new ScimError(
          409,
          "mutability",
          "An owner, or an account for emergencies, is not closed by a directory.",
        ),
      );
    const now = clock.now();
    const all = rows();
    const closed = ledger
      .all("directory-user")
      .filter(
        ([, each]) =>
          each.connection === connection && !each.fields.active && now - each.changedAt < GUARD_MS,
      );
    const mayUntil = ledger.get("directory-token", connection)?.mayCloseManyUntil ?? 0;
    if (isTooMany(closed.length, all.length) && now >= mayUntil)
      throw refuseDeactivation(
        by,
        "too_many",
        id,
        new ScimError(
          409,
          null,
          "So many accounts at once are closed only after an administrator has allowed it.",
        ),
      );
  }

  /** What somebody may do by the groups they are in, once these changes are made. */
  function grantsIn(
    id: string,
    changed: ReadonlyMap<string, readonly string[] | null>,
    names: ReadonlyMap<string, string>,
  ) {
    const record = ledger.get("sso-connection", connection);
    if (record === null) return [];
    const groups = groupRows()
      .filter(([group, { fields }]) =>
        (changed.get(group) === undefined ? fields.members : (changed.get(group) ?? [])).includes(id),
      )
      .map(([group, { fields }]) => names.get(group) ?? fields.displayName);
    const fresh = [...changed]
      .filter(([group, members]) => groupRow(group) === null && members?.includes(id) === true)
      .map(([group]) => names.get(group) ?? "");
    return groupGrants([...groups, ...fresh], record.map);
  }

  /** People whose groups changed get what these give now, and lose what they gave. */
  function regranted(
    ids: Iterable<string>,
    changed: ReadonlyMap<string, readonly string[] | null>,
    names: ReadonlyMap<string, string>,
    by: Authority,
  ): { readonly changes: readonly Change[]; readonly acts: readonly AuditAct[] } {
    const changes: Change[] = [];
    const acts: AuditAct[] = [];
    for (const id of ids) {
      const person = ledger.get("person", id);
      if (person === null || person.managedBy !== connection) continue;
      const grants = grantsIn(id, changed, names);
      if (JSON.stringify(grants) === JSON.stringify(person.grants)) continue;
      changes.push({ kind: "person", id, value: { ...person, grants } });
      acts.push(
        act("person.granted", by, id, "success", {
          grants: { from: person.grants.map(inWords), to: grants.map(inWords) },
        }),
      );
    }
    return { changes, acts };
  }

  function act(
    action: AuditAct["action"],
    authority: Authority,
    id: string,
    result: AuditAct["result"],
    changes: AuditAct["changes"],
    reason: string | null = null,
  ): AuditAct {
    const type = action === "directory.group_changed" ? "group" : "user";
    const name = type === "user" ? (ledger.get("person", id)?.email ?? null) : null;
    return { action, authority, targets: [{ type, id, name }], result, reason, changes };
  }

  function checkGroup(fields: ScimGroupFields, id: string | null): void {
    if (fields.members.some((member) => row(member) === null))
      throw new ScimError(400, "invalidValue", "A member is no user of this connection.");
    const name = fields.displayName.toLowerCase();
    if (groupRows().some(([each, group]) => each !== id && group.fields.displayName.toLowerCase() === name))
      throw new ScimError(409, "uniqueness", "There is a group with this displayName.");
  }

  /** What ends with an account: its sessions, and the links that it was to use or gave out. */
  const endings = (id: string, email: string): readonly Change[] => [
    ...sessions.endings((session) => session.person === id),
    ...ledger
      .all("link")
      .filter(
        ([, link]) =>
          (link.purpose === "reset" && link.person === id) ||
          (link.purpose === "invitation" && (link.email === email || link.invitedBy === id)),
      )
      .map(([each]) => ({ kind: "link", id: each, value: null }) as const),
  ];

  return {
    users: async (query) =>
      pageOf(
        rows().map(([id, each]) => shown(id, each)),
        query,
        (user, attribute) => {
          if (attribute === "emails.value") return user.emails.map(({ value }) => value);
          if (attribute === "userName") return [user.userName];
          return [attribute === "id" ? user.id : user.externalId];
        },
      ),
    user: async (id) => {
      const found = row(id);
      return found === null ? null : shown(id, found);
    },
    createUser: (fields, by) =>
      ledger.inTurn(async () => {
        const address = addressOf(fields);
        const now = clock.now();
        const removed = ledger
          .all("directory-user")
          .find(
            ([id, each]) =>
              each.connection === connection &&
              each.removedAt !== null &&
              ledger.get("person", id)?.email === address,
          );
        const id = removed?.[0] ?? newId();
        checkUnique(fields, address, removed === undefined ? null : id);
        const before = ledger.get("person", id);
        const person: PersonRecord = {
          email: address,
          name: nameOf(fields),
          // Groups come after their members.
          grants: groupGrants([], ledger.get("sso-connection", connection)?.map ?? null),
          createdAt: before?.createdAt ?? now,
          deactivatedAt: fields.active ? null : now,
          lastSignedInAt: before?.lastSignedInAt ?? null,
          isBreakGlass: false,
          managedBy: connection,
          externalId: fields.externalId,
        };
        const value: DirectoryUserRecord = {
          connection,
          fields,
          revision: (removed?.[1].revision ?? 0) + 1,
          createdAt: removed?.[1].createdAt ?? now,
          changedAt: now,
          removedAt: null,
        };
        await ledger.commit(
          [
            { kind: "person", id, value: person },
            { kind: "directory-user", id, value },
          ],
          [
            act(
              "person.created",
              by,
              id,
              "success",
              { active: { from: null, to: fields.active } },
              connection,
            ),
          ],
        );
        return shown(id, value);
      }),
    replaceUser: (id, fields, revision, by) =>
      ledger.inTurn(async () => {
        const before = row(id);
        const person = ledger.get("person", id);
        if (before === null || person === null) return null;
        if (before.revision !== revision) throw versionRefused();
        const address = addressOf(fields);
        checkUnique(fields, address, id);
        if (JSON.stringify(fields) === JSON.stringify(before.fields)) return shown(id, before);
        const isClosed = before.fields.active && !fields.active;
        if (isClosed) checkDeactivation(id, person, by);
        const now = clock.now();
        const value = { ...before, fields, revision: revision + 1, changedAt: now };
        const changed: PersonRecord = {
          ...person,
          email: address,
          name: nameOf(fields),
          externalId: fields.externalId,
          deactivatedAt: fields.active ? null : (person.deactivatedAt ?? now),
        };
        await ledger.commit(
          [
            { kind: "directory-user", id, value },
            { kind: "person", id, value: changed },
            ...(isClosed ? endings(id, person.email) : []),
          ],
          [
            act("directory.person_changed", by, id, "success", {
              active: { from: before.fields.active, to: fields.active },
              user_name: { from: before.fields.userName, to: fields.userName },
            }),
          ],
        );
        return shown(id, value);
      }),
    removeUser: (id, revision, by) =>
      ledger.inTurn(async () => {
        const before = row(id);
        const person = ledger.get("person", id);
        if (before === null || person === null) return false;
        if (before.revision !== revision) throw versionRefused();
        checkDeactivation(id, person, by);
        const now = clock.now();
        const left = groupRows()
          .filter(([, { fields }]) => fields.members.includes(id))
          .map(([group, each]): Change => ({
            kind: "directory-group",
            id: group,
            value: {
              ...each,
              fields: { ...each.fields, members: each.fields.members.filter((member) => member !== id) },
              revision: each.revision + 1,
              changedAt: now,
            },
          }));
        const value = {
          ...before,
          fields: { ...before.fields, active: false },
          revision: revision + 1,
          changedAt: now,
          removedAt: now,
        };
        await ledger.commit(
          [
            { kind: "directory-user", id, value },
            {
              kind: "person",
              id,
              value: { ...person, grants: [], deactivatedAt: person.deactivatedAt ?? now },
            },
            ...left,
            ...endings(id, person.email),
          ],
          [act("person.deactivated", by, id, "success", {}, connection)],
        );
        return true;
      }),

    groups: async (query) =>
      pageOf(
        groupRows().map(([id, each]) => shownGroup(id, each)),
        query,
        (group, attribute) => {
          if (attribute === "displayName") return [group.displayName];
          return [attribute === "id" ? group.id : group.externalId];
        },
      ),
    group: async (id) => {
      const found = groupRow(id);
      return found === null ? null : shownGroup(id, found);
    },
    createGroup: (fields, by) =>
      ledger.inTurn(async () => {
        checkGroup(fields, null);
        const id = newId();
        const now = clock.now();
        const value = { connection, fields, revision: 1, createdAt: now, changedAt: now };
        const names = new Map([[id, fields.displayName]]);
        const { acts, changes } = regranted(fields.members, new Map([[id, fields.members]]), names, by);
        await ledger.commit(
          [{ kind: "directory-group", id, value }, ...changes],
          [act("directory.group_changed", by, id, "success", membersFrom([], fields)), ...acts],
        );
        return shownGroup(id, value);
      }),
    replaceGroup: (id, fields, revision, by) =>
      ledger.inTurn(async () => {
        const before = groupRow(id);
        if (before === null) return null;
        if (before.revision !== revision) throw versionRefused();
        checkGroup(fields, id);
        if (JSON.stringify(fields) === JSON.stringify(before.fields)) return shownGroup(id, before);
        const value = { ...before, fields, revision: revision + 1, changedAt: clock.now() };
        const touched = new Set([...before.fields.members, ...fields.members]);
        const names = new Map([[id, fields.displayName]]);
        const { acts, changes } = regranted(touched, new Map([[id, fields.members]]), names, by);
        await ledger.commit(
          [{ kind: "directory-group", id, value }, ...changes],
          [
            act("directory.group_changed", by, id, "success", membersFrom(before.fields.members, fields)),
            ...acts,
          ],
        );
        return shownGroup(id, value);
      }),
    removeGroup: (id, revision, by) =>
      ledger.inTurn(async () => {
        const before = groupRow(id);
        if (before === null) return false;
        if (before.revision !== revision) throw versionRefused();
        const { acts, changes } = regranted(before.fields.members, new Map([[id, null]]), new Map(), by);
        await ledger.commit(
          [{ kind: "directory-group", id, value: null }, ...changes],
          [
            act("directory.group_changed", by, id, "success", {
              members: { from: before.fields.members.length, to: 0 },
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

/** What a directory calls somebody, on one line. */
function nameOf({ displayName, name, userName }: ScimUserFields): string {
  const parts = [name.givenName, name.familyName].filter((part) => part !== null).join(" ");
  const text = displayName ?? name.formatted ?? (parts === "" ? userName : parts);
  const plain = text
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .trim();
  return Array.from(plain === "" ? userName : plain)
    .slice(0, NAME_CHARS_MAX)
    .join("");
}
