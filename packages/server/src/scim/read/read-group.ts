import type { ScimGroupFields } from "../contract.ts";
import { SCIM_LIMITS } from "../limits.ts";
import { GROUP_SCHEMA } from "../schema-names.ts";
import { ScimError } from "../scim-error.ts";
import { byName, checkSchema, isObject, needText, readObject, readText } from "./values.ts";

/**
 * The group that the body of a POST or a PUT describes.
 *
 * @throws ScimError 400 `invalidValue`, `invalidSyntax`
 */
export function readGroup(body: unknown): ScimGroupFields {
  const values = byName(readObject(body));
  checkSchema(values.get("schemas"), GROUP_SCHEMA);
  return {
    externalId: readText(values.get("externalid"), "externalId"),
    displayName: needText(values.get("displayname"), "displayName"),
    members: readMembers(values.get("members")),
  };
}

/**
 * Ids of members: one object or a list of them, each id once. Groups in groups are refused: the map of groups knows people.
 *
 * @throws ScimError 400 `invalidValue`, or `tooMany` past 10 000
 */
export function readMembers(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > SCIM_LIMITS.members)
    throw new ScimError(
      400,
      "tooMany",
      `One request may name ${SCIM_LIMITS.members} members, and this one names more. Send them in several.`,
    );
  return [...new Set(list.map(readMember))];
}

function readMember(value: unknown): string {
  if (!isObject(value))
    throw new ScimError(400, "invalidValue", "Each of the members must be an object with a value.");
  const parts = byName(value);
  const type = readText(parts.get("type"), "members.type");
  if (type !== null && type.toLowerCase() !== "user")
    throw new ScimError(400, "invalidValue", "Members are users: groups in groups are not supported.");
  return needText(parts.get("value"), "members.value");
}
