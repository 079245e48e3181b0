import type { ScimGroup, ScimGroupFields } from "../contract.ts";
import { readMembers } from "../read/read-group.ts";
import { needText, readText } from "../read/values.ts";
import { GROUP_SCHEMA } from "../schema-names.ts";
import { cannotRemove, readOnly, wholeOnly } from "./places.ts";
import type { Operation } from "./read-operations.ts";
import { readOperations } from "./read-operations.ts";
import { pathRefused } from "./read-path.ts";

/**
 * What a group is after a PATCH (RFC 7644, 3.5.2): all of its operations, or none. Removing who is no member changes nothing. Pure.
 *
 * @throws ScimError 400 `invalidSyntax`, `invalidPath`, `invalidValue`, `noTarget`, `mutability`, `tooMany`
 */
export function patchGroup(group: ScimGroup, body: unknown): ScimGroupFields {
  let { externalId, displayName } = group;
  const members = new Set(group.members);
  for (const operation of readOperations(body, GROUP_SCHEMA)) {
    const isRemoval = operation.op === "remove";
    switch (operation.path.attribute) {
      case "displayname":
        wholeOnly(operation);
        if (isRemoval) throw cannotRemove("displayName");
        displayName = needText(operation.value, "displayName");
        break;
      case "externalid":
        wholeOnly(operation);
        externalId = isRemoval ? null : readText(operation.value, "externalId");
        break;
      case "members":
        patchMembers(members, operation);
        break;
      case "id":
      case "meta":
        readOnly(operation, group.id);
        break;
      default:
        throw pathRefused();
    }
  }
  return { externalId, displayName, members: [...members] };
}

/** Members as a set, which is small work also for thousands of operations. */
function patchMembers(members: Set<string>, { op, path, value }: Operation): void {
  const { where, part } = path;
  if (part !== null) throw pathRefused();
  if (where.length > 0) {
    const [only, ...others] = where;
    if (op !== "remove" || only?.attribute !== "value" || others.length > 0) throw pathRefused();
    members.delete(String(only.value));
    return;
  }
  const given = readMembers(value);
  if (op === "remove") {
    // Entra lists those to remove as the value; without any it is all of them.
    if (value === undefined || value === null) members.clear();
    for (const id of given) members.delete(id);
    return;
  }
  if (op === "replace") members.clear();
  for (const id of given) members.add(id);
}
