import type { ScimCondition } from "../contract.ts";
import { SCIM_LIMITS } from "../limits.ts";
import { GROUP_SCHEMA, USER_SCHEMA, withoutSchema } from "../schema-names.ts";
import { ScimError } from "../scim-error.ts";
import { readComparisons } from "./read-comparisons.ts";

export type ResourceKind = "User" | "Group";

type Attribute = ScimCondition["attribute"];

/** What can be asked for, by its name in lower case. */
const ATTRIBUTES: Readonly<Record<ResourceKind, ReadonlyMap<string, Attribute>>> = {
  User: lowered(["id", "externalId", "userName", "emails.value"]),
  Group: lowered(["id", "externalId", "displayName"]),
};
const SCHEMAS: Readonly<Record<ResourceKind, string>> = { User: USER_SCHEMA, Group: GROUP_SCHEMA };

/**
 * The conditions of a filter: `eq` on a few attributes, joined by `and`. Everything else is refused, and quickly.
 *
 * @param filter absent: every resource
 * @throws ScimError 400 `invalidFilter`
 */
export function readFilter(filter: string | undefined, kind: ResourceKind): readonly ScimCondition[] {
  if (filter === undefined) return [];
  // Before anything looks at it.
  if (filter.length > SCIM_LIMITS.filterBytes || Buffer.byteLength(filter) > SCIM_LIMITS.filterBytes)
    throw new ScimError(
      400,
      "invalidFilter",
      `A filter may have ${SCIM_LIMITS.filterBytes} bytes, and this one has more.`,
    );
  const comparisons = readComparisons(filter.trim());
  if (comparisons === null) throw refused(kind);
  return comparisons.map(({ attribute: name, value }) => {
    const attribute = ATTRIBUTES[kind].get(withoutSchema(name, SCHEMAS[kind]).toLowerCase());
    if (attribute === undefined || typeof value !== "string") throw refused(kind);
    return { attribute, value };
  });
}

function refused(kind: ResourceKind): ScimError {
  const names = [...ATTRIBUTES[kind].values()].join(", ");
  return new ScimError(
    400,
    "invalidFilter",
    `Filters compare by eq, join by and, and know ${names} of a ${kind}. Write it like: ${kind === "User" ? "userName" : "displayName"} eq "value".`,
  );
}

function lowered(names: readonly Attribute[]): ReadonlyMap<string, Attribute> {
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}
