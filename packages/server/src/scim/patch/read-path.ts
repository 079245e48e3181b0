import { SCIM_LIMITS } from "../limits.ts";
import type { Comparison } from "../read/read-comparisons.ts";
import { readComparisons } from "../read/read-comparisons.ts";
import { withoutSchema } from "../schema-names.ts";
import { ScimError } from "../scim-error.ts";

/** Where an operation acts: `attribute`, `attribute.part`, `attribute[where]` or `attribute[where].part`. Names in lower case. */
export interface PatchPath {
  readonly attribute: string;
  /** Empty: no filter. */
  readonly where: readonly Comparison[];
  readonly part: string | null;
}

const PATH = /^([a-z][a-z0-9_-]*)(?:\[(.*)\])?(?:\.([a-z][a-z0-9_-]*))?$/i;

/**
 * A path as RFC 7644, 3.5.2 has it, with or without its schema in front.
 *
 * @throws ScimError 400 `invalidPath`
 */
export function readPath(path: unknown, schema: string): PatchPath {
  if (typeof path !== "string" || path.length > SCIM_LIMITS.filterBytes) throw pathRefused();
  const [found, attribute, filter, part] = PATH.exec(withoutSchema(path, schema)) ?? [];
  if (found === undefined || attribute === undefined) throw pathRefused();
  const where = filter === undefined ? [] : readComparisons(filter.trim());
  if (where === null) throw pathRefused();
  return {
    attribute: attribute.toLowerCase(),
    where: where.map(({ attribute: name, value }) => ({ attribute: name.toLowerCase(), value })),
    part: part?.toLowerCase() ?? null,
  };
}

/** A path that leads nowhere. Its words are not repeated: they are the caller's. */
export function pathRefused(): ScimError {
  return new ScimError(
    400,
    "invalidPath",
    'The path of an operation leads to nothing that can be changed. Paths look like: displayName, name.givenName, emails[type eq "work"].value, members[value eq "id"].',
  );
}
