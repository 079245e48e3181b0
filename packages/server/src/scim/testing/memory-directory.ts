import type {
  ScimCondition,
  ScimDirectory,
  ScimGroup,
  ScimGroupFields,
  ScimPage,
  ScimQuery,
  ScimStamp,
  ScimUser,
  ScimUserFields,
} from "../contract.ts";
import { ScimError } from "../scim-error.ts";
import { versionRefused } from "../write/version.ts";

/** Everything that all connections of an installation hold, in memory. */
export interface MemoryAccounts {
  /** Addresses of people of the server's own. */
  readonly local: Set<string>;
  /** Addresses of owners and of accounts for emergencies. */
  readonly protected: Set<string>;
  /** What was changed, in order: the audit log of a test. */
  readonly acts: string[];
  directory(connection: string, domains: readonly string[]): ScimDirectory;
}

interface UserRow extends ScimUserFields, ScimStamp {
  readonly isRemoved: boolean;
}
type GroupRow = ScimGroupFields & ScimStamp;

/** How many may be deactivated, and which part of all, before somebody has to confirm it. */
const HELD_FROM = 10;
const HELD_PART = 0.5;

/** The contract of the room over maps: what tests talk to when they need no real accounts. */
export function memoryAccounts(now: () => number): MemoryAccounts {
  const users = new Map<string, Map<string, UserRow>>();
  let ids = 0;
  const accounts: MemoryAccounts = {
    local: new Set(),
    protected: new Set(),
    acts: [],
    directory(connection, domains) {
      const own = new Map<string, UserRow>();
      users.set(connection, own);
      return directoryOf(own, domains);
    },
  };
  return accounts;

  function directoryOf(own: Map<string, UserRow>, domains: readonly string[]): ScimDirectory {
    const groups = new Map<string, GroupRow>();
    const stamp = (kind: string): ScimStamp => {
      ids += 1;
      const id = `${kind}-${String(ids).padStart(6, "0")}`;
      return { id, revision: 1, createdAt: now(), changedAt: now() };
    };
    const live = (): readonly UserRow[] => [...own.values()].filter(({ isRemoved }) => !isRemoved);
    const find = (id: string): UserRow | null => live().find((user) => user.id === id) ?? null;
    const shown = ({ isRemoved, ...user }: UserRow): ScimUser => ({
      ...user,
      active: user.active && !isRemoved,
      groups: [...groups.values()]
        .filter(({ members }) => members.includes(user.id))
        .map(({ id, displayName }) => ({ id, display: displayName })),
    });
    const shownGroup = (group: GroupRow): ScimGroup => ({
      ...group,
      members: group.members,
    });

    function checkUser(fields: ScimUserFields, id: string | null): void {
      const address = fields.userName.toLowerCase();
      if (!domains.some((domain) => address.endsWith(`@${domain}`)))
        throw new ScimError(400, "invalidValue", "The address is of no verified domain of the connection.");
      const others = [...users.values()].flatMap((rows) => [...rows.values()]).filter((row) => row.id !== id);
      if (
        accounts.local.has(address) ||
        others.some((row) => !row.isRemoved && row.userName.toLowerCase() === address) ||
        live().some((row) => row.id !== id && row.externalId !== null && row.externalId === fields.externalId)
      )
        throw new ScimError(409, "uniqueness", "There is an account with this address or externalId.");
    }

    function checkDeactivation(user: UserRow): void {
      if (accounts.protected.has(user.userName.toLowerCase()))
        throw new ScimError(409, "mutability", "An owner cannot be deactivated by a directory.");
      const gone = [...own.values()].filter(({ active }) => !active).length + 1;
      if (gone >= HELD_FROM && gone > own.size * HELD_PART)
        throw new ScimError(409, null, "So many deactivations have to be confirmed by an administrator.");
    }

    function checkGroup(fields: ScimGroupFields, id: string | null): void {
      if (fields.members.some((member) => find(member) === null))
        throw new ScimError(400, "invalidValue", "A member is no user of this connection.");
      const name = fields.displayName.toLowerCase();
      if ([...groups.values()].some((group) => group.id !== id && group.displayName.toLowerCase() === name))
        throw new ScimError(409, "uniqueness", "There is a group with this displayName.");
    }

    return {
      users: async (query) => page(live().map(shown), query, userValue),
      user: async (id) => map(find(id), shown),
      async createUser(fields) {
        checkUser(fields, null);
        const row = { ...fields, ...stamp("user"), isRemoved: false };
        own.set(row.id, row);
        accounts.acts.push(`created ${row.id}`);
        return shown(row);
      },
      async replaceUser(id, fields, revision) {
        const before = find(id);
        if (before === null) return null;
        checkRevision(before, revision);
        checkUser(fields, id);
        if (before.active && !fields.active) checkDeactivation(before);
        const after = { ...before, ...fields };
        if (JSON.stringify(after) === JSON.stringify(before)) return shown(before);
        own.set(id, { ...after, revision: revision + 1, changedAt: now() });
        accounts.acts.push(`changed ${id} active=${fields.active}`);
        return map(find(id), shown);
      },
      async removeUser(id, revision) {
        const before = find(id);
        if (before === null) return false;
        checkRevision(before, revision);
        checkDeactivation(before);
        own.set(id, { ...before, active: false, isRemoved: true, revision: revision + 1 });
        for (const group of groups.values())
          groups.set(group.id, { ...group, members: group.members.filter((member) => member !== id) });
        accounts.acts.push(`removed ${id}`);
        return true;
      },
      groups: async (query) => page([...groups.values()].map(shownGroup), query, groupValue),
      group: async (id) => map(groups.get(id) ?? null, shownGroup),
      async createGroup(fields) {
        checkGroup(fields, null);
        const row = { ...fields, ...stamp("group") };
        groups.set(row.id, row);
        accounts.acts.push(`created ${row.id}`);
        return shownGroup(row);
      },
      async replaceGroup(id, fields, revision) {
        const before = groups.get(id) ?? null;
        if (before === null) return null;
        checkRevision(before, revision);
        checkGroup(fields, id);
        groups.set(id, { ...before, ...fields, revision: revision + 1, changedAt: now() });
        accounts.acts.push(`changed ${id}`);
        return map(groups.get(id) ?? null, shownGroup);
      },
      async removeGroup(id, revision) {
        const before = groups.get(id);
        if (before === undefined) return false;
        checkRevision(before, revision);
        groups.delete(id);
        accounts.acts.push(`removed ${id}`);
        return true;
      },
    };
  }
}

function checkRevision({ revision }: ScimStamp, expected: number): void {
  if (revision !== expected) throw versionRefused();
}

function map<From, To>(value: From | null, change: (value: From) => To): To | null {
  return value === null ? null : change(value);
}

/** The values of an attribute, as they are compared. */
type ValueOf<Resource> = (
  resource: Resource,
  attribute: ScimCondition["attribute"],
) => readonly (string | null)[];

const userValue: ValueOf<ScimUser> = (user, attribute) => {
  if (attribute === "emails.value") return user.emails.map(({ value }) => value.toLowerCase());
  if (attribute === "userName") return [user.userName.toLowerCase()];
  return [attribute === "id" ? user.id : user.externalId];
};

const groupValue: ValueOf<ScimGroup> = (group, attribute) => {
  if (attribute === "displayName") return [group.displayName.toLowerCase()];
  return [attribute === "id" ? group.id : group.externalId];
};

function page<Resource extends ScimStamp>(
  all: readonly Resource[],
  { conditions, startIndex, count }: ScimQuery,
  valueOf: ValueOf<Resource>,
): ScimPage<Resource> {
  const matching = all
    .filter((resource) =>
      conditions.every(({ attribute, value }) =>
        valueOf(resource, attribute).includes(
          attribute === "id" || attribute === "externalId" ? value : value.toLowerCase(),
        ),
      ),
    )
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
  return { total: matching.length, resources: matching.slice(startIndex - 1, startIndex - 1 + count) };
}
