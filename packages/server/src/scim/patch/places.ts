import { ScimError } from "../scim-error.ts";
import type { Operation } from "./read-operations.ts";
import { pathRefused } from "./read-path.ts";

/** Holds an operation to a whole attribute: no filter and no part of it. */
export function wholeOnly({ path }: Operation): void {
  if (path.where.length > 0 || path.part !== null) throw pathRefused();
}

/** Why something that must be there is not removed. */
export function cannotRemove(attribute: string): ScimError {
  return new ScimError(400, "mutability", `${attribute} must be there, and cannot be removed.`);
}

/**
 * Refuses a change of what is the server's own. Okta repeats a resource's id among what it replaces: that changes nothing.
 *
 * @throws ScimError 400 `mutability`
 */
export function readOnly({ op, path, value }: Operation, id: string): void {
  if (path.attribute === "id" && path.part === null && op !== "remove" && value === id) return;
  throw new ScimError(400, "mutability", "id, meta and groups are the server's own, and cannot be changed.");
}
