import type { ScimEmail } from "../contract.ts";
import type { Comparison } from "../read/read-comparisons.ts";
import { checkEmails, readEmails } from "../read/read-user.ts";
import { byName, isObject, needText, readFlag, readText } from "../read/values.ts";
import { ScimError } from "../scim-error.ts";
import type { Operation } from "./read-operations.ts";
import { pathRefused } from "./read-path.ts";

/**
 * Addresses after one operation. Whichever becomes the primary one takes that from the others (RFC 7644, 3.5.2). Setting the value
 * of an address of a type that there is none of makes it, as Entra expects.
 *
 * @throws ScimError 400 `invalidPath`, `invalidValue`, `noTarget`
 */
export function patchEmails(before: readonly ScimEmail[], operation: Operation): readonly ScimEmail[] {
  const { where, part } = operation.path;
  if (where.length === 0 && part !== null) throw pathRefused();
  const after = where.length === 0 ? changeList(before, operation) : changeSome(before, operation);
  return checkEmails(onePrimary(before, after));
}

function changeList(before: readonly ScimEmail[], { op, value }: Operation): readonly ScimEmail[] {
  if (op === "remove") return [];
  const given = readEmails(value);
  if (op === "replace") return given;
  const isGiven = ({ value: address, type }: ScimEmail): boolean =>
    given.some((each) => each.value.toLowerCase() === address.toLowerCase() && each.type === type);
  return [...before.filter((email) => !isGiven(email)), ...given];
}

function changeSome(before: readonly ScimEmail[], { op, path, value }: Operation): readonly ScimEmail[] {
  const { where, part } = path;
  const isMeant = (email: ScimEmail): boolean => where.every((comparison) => holds(email, comparison));
  // Before the list is looked at: a path is wrong of an empty list, too.
  checkPlace(path.where, part);
  if (op === "remove") {
    if (part === null || part === "value") return before.filter((email) => !isMeant(email));
    const rest = part === "type" ? { type: null } : part === "primary" ? { primary: false } : {};
    return before.map((email) => (isMeant(email) ? { ...email, ...rest } : email));
  }
  const changes = changesOf(part, value);
  if (before.some(isMeant)) return before.map((email) => (isMeant(email) ? { ...email, ...changes } : email));
  const [first, ...others] = where;
  if (part === "display") return before;
  if (changes.value === undefined || first?.attribute !== "type" || others.length > 0)
    throw new ScimError(400, "noTarget", "The filter of the path matches none of the user's emails.");
  const made: ScimEmail = { value: changes.value, type: String(first.value), primary: false };
  return [...before, { ...made, ...changes }];
}

function checkPlace(where: readonly Comparison[], part: string | null): void {
  const isKnown = ({ attribute, value }: Comparison): boolean =>
    attribute === "primary"
      ? typeof value === "boolean"
      : (attribute === "type" || attribute === "value") && typeof value === "string";
  if (!where.every(isKnown)) throw pathRefused();
  if (part !== null && !["value", "type", "primary", "display"].includes(part)) throw pathRefused();
}

function changesOf(part: string | null, value: unknown): Partial<ScimEmail> {
  if (part === "value") return { value: needText(value, "emails.value") };
  if (part === "type") return { type: readText(value, "emails.type") };
  if (part === "primary") return { primary: readFlag(value, "emails.primary") };
  if (part !== null) return {};
  if (!isObject(value)) throw new ScimError(400, "invalidValue", "An email must be an object with a value.");
  const parts = byName(value);
  return {
    ...(parts.has("value") ? changesOf("value", parts.get("value")) : {}),
    ...(parts.has("type") ? changesOf("type", parts.get("type")) : {}),
    ...(parts.has("primary") ? changesOf("primary", parts.get("primary")) : {}),
  };
}

function holds(email: ScimEmail, { attribute, value }: Comparison): boolean {
  if (attribute === "primary") return email.primary === value;
  const own = attribute === "type" ? email.type : email.value;
  return own?.toLowerCase() === String(value).toLowerCase();
}

function onePrimary(before: readonly ScimEmail[], after: readonly ScimEmail[]): readonly ScimEmail[] {
  const [fresh, ...others] = after.filter((email) => email.primary && !before.includes(email));
  if (fresh === undefined || others.length > 0) return after;
  return after.map((email) => (email === fresh || !email.primary ? email : { ...email, primary: false }));
}
