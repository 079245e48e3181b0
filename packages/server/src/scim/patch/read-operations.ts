import { SCIM_LIMITS } from "../limits.ts";
import { byName, checkSchema, isObject, readObject } from "../read/values.ts";
import { isOfExtension, PATCH_SCHEMA } from "../schema-names.ts";
import { ScimError } from "../scim-error.ts";
import type { PatchPath } from "./read-path.ts";
import { readPath } from "./read-path.ts";

/** One change at one place. */
export interface Operation {
  readonly op: "add" | "replace" | "remove";
  readonly path: PatchPath;
  readonly value: unknown;
}

/**
 * The operations of a PATCH. One without a path, as Okta sends it, is taken apart into one for each of its attributes, whose names
 * may be paths, as Entra sends them. The op may be written in any case. What is of an extension is passed over.
 *
 * @param schema that of the resource, which paths may begin with
 * @throws ScimError 400 `invalidSyntax`, `invalidPath`, `invalidValue`, `noTarget`, `tooMany`
 */
export function readOperations(body: unknown, schema: string): readonly Operation[] {
  const values = byName(readObject(body));
  checkSchema(values.get("schemas"), PATCH_SCHEMA);
  const list = values.get("operations");
  if (!Array.isArray(list) || list.length === 0)
    throw new ScimError(400, "invalidSyntax", "A PATCH must have a list of Operations with at least one.");
  if (list.length > SCIM_LIMITS.operations)
    throw new ScimError(400, "tooMany", `A PATCH may have ${SCIM_LIMITS.operations} operations.`);
  return list.flatMap((each) => readOperation(each, schema));
}

function readOperation(operation: unknown, schema: string): readonly Operation[] {
  if (!isObject(operation))
    throw new ScimError(400, "invalidSyntax", "Each of the Operations must be an object.");
  const values = byName(operation);
  const op = opOf(values.get("op"));
  const path = values.get("path");
  const value = values.get("value");
  if (op !== "remove" && value === undefined)
    throw new ScimError(400, "invalidValue", "An operation that adds or replaces must have a value.");
  if (path !== undefined && path !== null && path !== "") return operationAt(op, path, value, schema);
  if (op === "remove")
    throw new ScimError(400, "noTarget", "An operation that removes must have a path to what it removes.");
  if (!isObject(value))
    throw new ScimError(400, "invalidValue", "An operation without a path must have an object as its value.");
  return Object.entries(value).flatMap(([name, each]) =>
    name.toLowerCase() === "schemas" ? [] : operationAt(op, name, each, schema),
  );
}

function operationAt(
  op: Operation["op"],
  path: unknown,
  value: unknown,
  schema: string,
): readonly Operation[] {
  if (typeof path === "string" && isOfExtension(path)) return [];
  return [{ op, path: readPath(path, schema), value }];
}

function opOf(value: unknown): Operation["op"] {
  const op = typeof value === "string" ? value.toLowerCase() : null;
  if (op === "add" || op === "replace" || op === "remove") return op;
  throw new ScimError(400, "invalidSyntax", "The op of an operation must be add, replace or remove.");
}
