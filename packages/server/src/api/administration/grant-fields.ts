import type { Grant, Role } from "@holdfast/protocol";
import { HoldfastError, ROLES } from "@holdfast/protocol";
import type { EnvironmentAdministration } from "#environments";
import { unknownEnvironment } from "./acts-of.ts";
import { listField, textField } from "./fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A role by its name. @throws HoldfastError `request_invalid` */
export function roleField(fields: Fields, name: string): Role {
  const text = textField(fields, name);
  const role = ROLES.find((each) => each === text);
  if (role !== undefined) return role;
  throw new HoldfastError("request_invalid", `${name} must be one of ${ROLES.join(", ")}.`);
}

/**
 * What somebody is to be given: `role`, `environments` and `payloads`. Nobody is made an owner because nothing was said.
 *
 * @throws HoldfastError `request_invalid`, or `environment_unknown` for one that there is not
 */
export function grantFields(fields: Fields, environments: EnvironmentAdministration): Grant {
  const role = roleField(fields, "role");
  const names = listField(fields, "environments");
  if (names?.length === 0)
    throw new HoldfastError(
      "request_invalid",
      "environments is empty, which would allow nothing: leave it out to allow all of them.",
    );
  for (const name of names ?? []) if (environments.get(name) === null) throw unknownEnvironment(name);
  return {
    role,
    environments: names,
    ...(booleanField(fields, "payloads") === true ? { payloads: true } : {}),
  };
}

/** Yes or no; null when it is absent or null. @throws HoldfastError `request_invalid` */
export function booleanField(fields: Fields, name: string): boolean | null {
  const value = fields[name] ?? null;
  if (value === null || typeof value === "boolean") return value;
  throw new HoldfastError("request_invalid", `${name} must be true or false.`);
}

/** A list of objects; null when it is absent or null. @throws HoldfastError `request_invalid` */
export function objectsField(fields: Fields, name: string): readonly Fields[] | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  if (Array.isArray(value) && value.every(isFields)) return value;
  throw new HoldfastError("request_invalid", `${name} must be a list of objects.`);
}

/** An object; null when it is absent or null. @throws HoldfastError `request_invalid` */
export function objectField(fields: Fields, name: string): Fields | null {
  const value = fields[name] ?? null;
  if (value === null || isFields(value)) return value;
  throw new HoldfastError("request_invalid", `${name} must be an object.`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
