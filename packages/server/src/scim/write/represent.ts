import type { ScimGroup, ScimStamp, ScimUser } from "../contract.ts";
import type { ResourceKind } from "../read/read-filter.ts";
import type { Selection } from "../read/read-query.ts";
import { GROUP_SCHEMA, LIST_SCHEMA, USER_SCHEMA } from "../schema-names.ts";
import { versionOf } from "./version.ts";

/** A resource as it is answered. */
export type Representation = Readonly<Record<string, unknown>>;

/**
 * A user as RFC 7643, 4.1 has it. What is not known is absent, and never null.
 *
 * @param base URL of the connection's SCIM, without a slash at its end
 */
export function representUser(user: ScimUser, base: string, selection: Selection): Representation {
  const { externalId, userName, name, displayName, active, emails, groups } = user;
  return selected(
    {
      schemas: [USER_SCHEMA],
      id: user.id,
      externalId,
      userName,
      name: withoutNulls(name),
      displayName,
      active,
      emails: emails.map(withoutNulls),
      groups: groups.map(({ id, display }) =>
        withoutNulls({ value: id, $ref: locationOf(base, "Group", id), display }),
      ),
      meta: metaOf(user, "User", base),
    },
    selection,
  );
}

/** A group as RFC 7643, 4.2 has it. */
export function representGroup(group: ScimGroup, base: string, selection: Selection): Representation {
  return selected(
    {
      schemas: [GROUP_SCHEMA],
      id: group.id,
      externalId: group.externalId,
      displayName: group.displayName,
      members: group.members.map((id) =>
        withoutNulls({ value: id, $ref: locationOf(base, "User", id), type: "User" }),
      ),
      meta: metaOf(group, "Group", base),
    },
    selection,
  );
}

/** A page of resources (RFC 7644, 3.4.2). */
export function representList(
  resources: readonly Representation[],
  total: number,
  startIndex: number,
): Representation {
  return {
    schemas: [LIST_SCHEMA],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

/** Where a resource is. */
export function locationOf(base: string, kind: ResourceKind, id: string): string {
  return `${base}/${kind}s/${encodeURIComponent(id)}`;
}

function metaOf(stamp: ScimStamp, kind: ResourceKind, base: string): Representation {
  return {
    resourceType: kind,
    created: new Date(stamp.createdAt).toISOString(),
    lastModified: new Date(stamp.changedAt).toISOString(),
    location: locationOf(base, kind, stamp.id),
    version: versionOf(stamp),
  };
}

/** `schemas` and `id` are always there (RFC 7643, 7); of a part that is asked for, its attribute has that part alone. */
function selected(resource: Representation, { only, without }: Selection): Representation {
  const known = Object.entries(withoutNulls(resource)).filter(
    ([, value]) => typeof value !== "object" || Object.keys(value as object).length > 0,
  );
  return Object.fromEntries(
    known.flatMap(([name, value]) => {
      const key = name.toLowerCase();
      if (key === "schemas" || key === "id") return [[name, value]];
      if (only === null) {
        if (without.has(key)) return [];
        return [[name, parts(value, (part) => !without.has(`${key}.${part.toLowerCase()}`))]];
      }
      if (only.has(key)) return [[name, value]];
      const isAsked = (part: string): boolean => only.has(`${key}.${part.toLowerCase()}`);
      return [...only].some((each) => each.startsWith(`${key}.`)) ? [[name, parts(value, isAsked)]] : [];
    }),
  );
}

function parts(value: unknown, isWanted: (part: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => parts(each, isWanted));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([part]) => isWanted(part)));
}

function withoutNulls(object: object): Representation {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
