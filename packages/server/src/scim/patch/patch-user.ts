import type { ScimUser, ScimUserFields } from "../contract.ts";
import { NO_NAME, passwordRefused, readName } from "../read/read-user.ts";
import { needText, readFlag, readText } from "../read/values.ts";
import { USER_SCHEMA } from "../schema-names.ts";
import { patchEmails } from "./patch-emails.ts";
import { cannotRemove, readOnly, wholeOnly } from "./places.ts";
import type { Operation } from "./read-operations.ts";
import { readOperations } from "./read-operations.ts";
import { pathRefused } from "./read-path.ts";

/**
 * Attributes of people that directories send and this server does not keep (RFC 7643, 4.1). Roles and entitlements are among them:
 * what somebody may do is decided here. They are passed over, so that the rest of a PATCH counts.
 */
const PASSED_OVER: ReadonlySet<string> = new Set(
  "nickname profileurl title usertype preferredlanguage locale timezone phonenumbers ims photos addresses entitlements roles x509certificates".split(
    " ",
  ),
);
const PASSED_OVER_OF_NAME: ReadonlySet<string> = new Set([
  "middlename",
  "honorificprefix",
  "honorificsuffix",
]);

/**
 * What a user is after a PATCH (RFC 7644, 3.5.2): all of its operations, or none. Pure.
 *
 * @throws ScimError 400 `invalidSyntax`, `invalidPath`, `invalidValue`, `noTarget`, `mutability`, `tooMany`
 */
export function patchUser(user: ScimUser, body: unknown): ScimUserFields {
  const { externalId, userName, active, name, displayName, emails } = user;
  return readOperations(body, USER_SCHEMA).reduce<ScimUserFields>(
    (fields, operation) => patched(fields, operation, user.id),
    { externalId, userName, active, name, displayName, emails },
  );
}

function patched(fields: ScimUserFields, operation: Operation, id: string): ScimUserFields {
  const { op, path, value } = operation;
  const isRemoval = op === "remove";
  switch (path.attribute) {
    case "active":
      wholeOnly(operation);
      if (isRemoval) throw cannotRemove("active");
      return { ...fields, active: readFlag(value, "active") };
    case "username":
      wholeOnly(operation);
      if (isRemoval) throw cannotRemove("userName");
      return { ...fields, userName: needText(value, "userName") };
    case "externalid":
      wholeOnly(operation);
      return { ...fields, externalId: isRemoval ? null : readText(value, "externalId") };
    case "displayname":
      wholeOnly(operation);
      return { ...fields, displayName: isRemoval ? null : readText(value, "displayName") };
    case "name":
      return { ...fields, name: patchName(fields.name, operation) };
    case "emails":
      return { ...fields, emails: patchEmails(fields.emails, operation) };
    case "id":
    case "meta":
    case "groups":
      readOnly(operation, id);
      return fields;
    case "password":
      throw passwordRefused();
    default:
      if (!PASSED_OVER.has(path.attribute)) throw pathRefused();
      return fields;
  }
}

function patchName(name: ScimUser["name"], { op, path, value }: Operation): ScimUser["name"] {
  if (path.where.length > 0) throw pathRefused();
  const given = op === "remove" ? null : value;
  switch (path.part) {
    case null:
      return given === null ? NO_NAME : readName(given, name);
    case "formatted":
      return { ...name, formatted: readText(given, "name.formatted") };
    case "givenname":
      return { ...name, givenName: readText(given, "name.givenName") };
    case "familyname":
      return { ...name, familyName: readText(given, "name.familyName") };
    default:
      if (!PASSED_OVER_OF_NAME.has(path.part)) throw pathRefused();
      return name;
  }
}
