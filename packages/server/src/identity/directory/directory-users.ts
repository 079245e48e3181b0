import type { Authority } from "@holdfast/protocol";
import type { ScimDirectory, ScimUser, ScimUserFields } from "#scim";
import { ScimError, versionRefused } from "#scim";
import type { Change } from "../ledger.ts";
import { readAddress } from "../people/address.ts";
import { areOwners } from "../people/owners.ts";
import type { PersonRecord } from "../records.ts";
import { groupGrants } from "../sso/account-map.ts";
import { GUARD_MS, isTooMany } from "./deactivation-guard.ts";
import type { DirectoryDeps } from "./directory-rows.ts";
import { directoryRows } from "./directory-rows.ts";
import { pageOf } from "./pages-of.ts";
import type { DirectoryUserRecord } from "./records.ts";

type Users = Pick<ScimDirectory, "users" | "user" | "createUser" | "replaceUser" | "removeUser">;

const NAME_CHARS_MAX = 100;

/** The users of one connection's directory, over the accounts of this installation. */
export function directoryUsers(deps: DirectoryDeps, connection: string): Users {
  const { audit, clock, ledger, sessions } = deps;
  const rows = directoryRows(deps, connection);

  const shown = (id: string, { changedAt, createdAt, fields, revision }: DirectoryUserRecord): ScimUser => ({
    id,
    ...fields,
    revision,
    createdAt,
    changedAt,
    groups: rows
      .groups()
      .filter(([, group]) => group.fields.members.includes(id))
      .map(([each, group]) => ({ id: each, display: group.fields.displayName })),
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
    const isKnown = rows
      .users()
      .some(
        ([each, other]) =>
          each !== id && fields.externalId !== null && other.fields.externalId === fields.externalId,
      );
    if (isTaken || isKnown)
      throw new ScimError(409, "uniqueness", "There is an account with this address or externalId.");
  }

  function refuseDeactivation(by: Authority, reason: string, id: string, error: ScimError): ScimError {
    audit.note(rows.act("directory.held", by, id, { result: "denied", reason }));
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
    const all = rows.users();
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
        rows.users().map(([id, each]) => shown(id, each)),
        query,
        (user, attribute) => {
          if (attribute === "emails.value") return user.emails.map(({ value }) => value);
          if (attribute === "userName") return [user.userName];
          return [attribute === "id" ? user.id : user.externalId];
        },
      ),
    user: async (id) => {
      const found = rows.user(id);
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
        const id = removed?.[0] ?? rows.newId();
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
            rows.act("person.created", by, id, {
              changes: { active: { from: null, to: fields.active } },
              reason: connection,
            }),
          ],
        );
        return shown(id, value);
      }),
    replaceUser: (id, fields, revision, by) =>
      ledger.inTurn(async () => {
        const before = rows.user(id);
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
            rows.act("directory.person_changed", by, id, {
              changes: {
                active: { from: before.fields.active, to: fields.active },
                user_name: { from: before.fields.userName, to: fields.userName },
              },
            }),
          ],
        );
        return shown(id, value);
      }),
    removeUser: (id, revision, by) =>
      ledger.inTurn(async () => {
        const before = rows.user(id);
        const person = ledger.get("person", id);
        if (before === null || person === null) return false;
        if (before.revision !== revision) throw versionRefused();
        checkDeactivation(id, person, by);
        const now = clock.now();
        const left = rows
          .groups()
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
          [rows.act("person.deactivated", by, id, { reason: connection })],
        );
        return true;
      }),
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
