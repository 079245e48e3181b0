import type { ScimQuery } from "../contract.ts";
import { SCIM_LIMITS } from "../limits.ts";
import { ScimError } from "../scim-error.ts";
import type { ResourceKind } from "./read-filter.ts";
import { readFilter } from "./read-filter.ts";

/** Which attributes an answer has: these alone, or all but these, by their names in lower case. */
export interface Selection {
  readonly only: ReadonlySet<string> | null;
  readonly without: ReadonlySet<string>;
}

type Parameters = Readonly<Record<string, unknown>>;

/**
 * What a query of a list asks for. Below 1 the start is 1, below 0 the count is 0 (RFC 7644, 3.4.2.4); above 200 it is 200.
 *
 * @throws ScimError 400 `invalidFilter`, `invalidValue`
 */
export function readQuery(parameters: Parameters, kind: ResourceKind): ScimQuery {
  return {
    conditions: readFilter(parameter(parameters, "filter"), kind),
    startIndex: Math.max(1, readNumber(parameters, "startIndex") ?? 1),
    count: Math.min(
      SCIM_LIMITS.count,
      Math.max(0, readNumber(parameters, "count") ?? SCIM_LIMITS.countDefault),
    ),
  };
}

/**
 * Which attributes are asked for (RFC 7644, 3.9). Of a query with both parameters the first one counts.
 *
 * @throws ScimError 400 `invalidValue`
 */
export function readSelection(parameters: Parameters): Selection {
  const only = readNames(parameters, "attributes");
  const without = readNames(parameters, "excludedAttributes");
  return { only, without: (only === null ? without : null) ?? new Set() };
}

function readNames(parameters: Parameters, name: string): ReadonlySet<string> | null {
  const text = parameter(parameters, name);
  if (text === undefined || text === "") return null;
  const names = text.split(",", SCIM_LIMITS.attributes + 1).map((each) => each.trim().toLowerCase());
  if (names.length > SCIM_LIMITS.attributes)
    throw new ScimError(400, "invalidValue", `${name} may name ${SCIM_LIMITS.attributes} attributes.`);
  return new Set(names);
}

function readNumber(parameters: Parameters, name: string): number | null {
  const text = parameter(parameters, name);
  if (text === undefined) return null;
  if (!/^-?\d{1,9}$/.test(text))
    throw new ScimError(400, "invalidValue", `${name} must be a whole number of at most nine digits.`);
  return Number(text);
}

function parameter(parameters: Parameters, name: string): string | undefined {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined || typeof value === "string") return value;
  throw new ScimError(
    400,
    name === "filter" ? "invalidFilter" : "invalidValue",
    `${name} may stand in a query once.`,
  );
}
