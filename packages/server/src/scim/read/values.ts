import { SCIM_LIMITS } from "../limits.ts";
import { ScimError } from "../scim-error.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Keys that would reach the prototype of an object that is less careful than ours. */
const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
/** What no name, address or id holds: controls, marks that turn the direction of writing, halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u{2028}\u{2029}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A body as an object that is safe to look into: not deep, and without keys that name prototypes, at any depth.
 *
 * @throws ScimError 400 `invalidSyntax`
 */
export function readObject(body: unknown): JsonObject {
  if (!isObject(body)) throw new ScimError(400, "invalidSyntax", "The body must be a JSON object.");
  refuseStrange(body, 0);
  return body;
}

function refuseStrange(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth >= SCIM_LIMITS.depth)
    throw new ScimError(400, "invalidSyntax", `The body nests deeper than ${SCIM_LIMITS.depth} levels.`);
  if (Array.isArray(value)) {
    for (const each of value) refuseStrange(each, depth + 1);
    return;
  }
  for (const [key, each] of Object.entries(value)) {
    if (PROTOTYPE_KEYS.has(key.toLowerCase()))
      throw new ScimError(400, "invalidSyntax", "The body has a key that names a prototype.");
    refuseStrange(each, depth + 1);
  }
}

/**
 * The values of an object by the names of its attributes in lower case: case does not count (RFC 7643, 2.1).
 *
 * @throws ScimError 400 `invalidSyntax` when a name stands there twice
 */
export function byName(object: JsonObject): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, value] of Object.entries(object)) {
    const name = key.toLowerCase();
    if (values.has(name)) throw new ScimError(400, "invalidSyntax", "An attribute stands there twice.");
    values.set(name, value);
  }
  return values;
}

/**
 * Text, or null for what is absent, null or empty.
 *
 * @throws ScimError 400 `invalidValue`
 */
export function readText(value: unknown, attribute: string): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") throw new ScimError(400, "invalidValue", `${attribute} must be text.`);
  if (value.length > SCIM_LIMITS.text)
    throw new ScimError(
      400,
      "invalidValue",
      `${attribute} may have ${SCIM_LIMITS.text} characters, and has more.`,
    );
  if (UNPRINTABLE.test(value))
    throw new ScimError(400, "invalidValue", `${attribute} holds a character that cannot be printed.`);
  return value;
}

/** Like `readText`, of what must be there. */
export function needText(value: unknown, attribute: string): string {
  const text = readText(value, attribute);
  if (text === null || text.trim() === "")
    throw new ScimError(400, "invalidValue", `${attribute} must be there, and not be empty.`);
  return text;
}

/**
 * A boolean, also as the text that Entra sends: "True" and "False".
 *
 * @throws ScimError 400 `invalidValue` for anything else, of which "yes" and 1 are part
 */
export function readFlag(value: unknown, attribute: string): boolean {
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.toLowerCase() : null;
  if (text === "true") return true;
  if (text === "false") return false;
  throw new ScimError(400, "invalidValue", `${attribute} must be true or false.`);
}

/**
 * Refuses a body that says it is something else. One that says nothing is taken for what its route expects.
 *
 * @throws ScimError 400 `invalidSyntax`
 */
export function checkSchema(value: unknown, schema: string): void {
  if (value === undefined) return;
  const names: readonly unknown[] = Array.isArray(value) ? value : [];
  if (!names.some((name) => typeof name === "string" && name.toLowerCase() === schema.toLowerCase()))
    throw new ScimError(400, "invalidSyntax", `The schemas of the body must name ${schema}.`);
}
