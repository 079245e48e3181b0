import type { ScimEmail, ScimName, ScimUserFields } from "../contract.ts";
import { SCIM_LIMITS } from "../limits.ts";
import { USER_SCHEMA } from "../schema-names.ts";
import { ScimError } from "../scim-error.ts";
import { byName, checkSchema, isObject, needText, readFlag, readObject, readText } from "./values.ts";

/**
 * The user that the body of a POST or a PUT describes. What this server does not keep is passed over, `roles` and `entitlements`
 * with it: what somebody may do is decided here. `id`, `meta` and `groups` are the server's own, and are passed over, too (RFC
 * 7644, 3.5.1).
 *
 * @param current what a PUT replaces. One that is silent about `active` leaves it: silence lets nobody back in.
 * @throws ScimError 400 `invalidValue`, `invalidSyntax`
 */
export function readUser(body: unknown, current: ScimUserFields | null = null): ScimUserFields {
  const values = byName(readObject(body));
  checkSchema(values.get("schemas"), USER_SCHEMA);
  if (values.has("password")) throw passwordRefused();
  const active = values.get("active");
  return {
    externalId: readText(values.get("externalid"), "externalId"),
    userName: needText(values.get("username"), "userName"),
    active: active === undefined || active === null ? (current?.active ?? true) : readFlag(active, "active"),
    name: readName(values.get("name")),
    displayName: readText(values.get("displayname"), "displayName"),
    emails: readEmails(values.get("emails")),
  };
}

/** Why no password is taken, from anybody. */
export function passwordRefused(): ScimError {
  return new ScimError(
    400,
    "invalidValue",
    "Passwords are not taken over SCIM. Switch the synchronisation of passwords off in the directory; people sign in through it.",
  );
}

export const NO_NAME: ScimName = { formatted: null, givenName: null, familyName: null };

/** @throws ScimError 400 `invalidValue` */
export function readName(value: unknown, before: ScimName = NO_NAME): ScimName {
  if (value === undefined || value === null) return NO_NAME;
  if (!isObject(value)) throw new ScimError(400, "invalidValue", "name must be an object.");
  const parts = byName(value);
  const part = (key: keyof ScimName): string | null =>
    parts.has(key.toLowerCase()) ? readText(parts.get(key.toLowerCase()), `name.${key}`) : before[key];
  return { formatted: part("formatted"), givenName: part("givenName"), familyName: part("familyName") };
}

/**
 * Addresses: one object or a list of them. The same one of the same type twice counts once.
 *
 * @throws ScimError 400 `invalidValue`, also when several are the primary one
 */
export function readEmails(value: unknown): readonly ScimEmail[] {
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const emails = new Map<string, ScimEmail>();
  for (const each of list) {
    const email = readEmail(each);
    emails.set(JSON.stringify([email.value.toLowerCase(), email.type]), email);
  }
  return checkEmails([...emails.values()]);
}

/** Holds a list of addresses to what is true of every one. */
export function checkEmails(emails: readonly ScimEmail[]): readonly ScimEmail[] {
  if (emails.length > SCIM_LIMITS.emails)
    throw new ScimError(400, "invalidValue", `A user may have ${SCIM_LIMITS.emails} emails, and has more.`);
  if (emails.filter(({ primary }) => primary).length > 1)
    throw new ScimError(400, "invalidValue", "Only one of the emails can be the primary one.");
  return emails;
}

function readEmail(value: unknown): ScimEmail {
  if (!isObject(value))
    throw new ScimError(400, "invalidValue", "Each of the emails must be an object with a value.");
  const parts = byName(value);
  const primary = parts.get("primary");
  return {
    value: needText(parts.get("value"), "emails.value"),
    type: readText(parts.get("type"), "emails.type"),
    primary: primary === undefined || primary === null ? false : readFlag(primary, "emails.primary"),
  };
}
