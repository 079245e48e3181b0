import type { StandardIssue, StandardSchema } from "./standard-schema.ts";

/** Paths that are named; of more it is said that there are more. */
const PATHS_MAX = 5;
/** A longer key is cut: keys of a record may be data. */
const KEY_CHARS_MAX = 40;

/**
 * Where data does not fit a schema, in words that go on after "at": paths, and never what stands there, nor the schema's
 * own messages, which may quote it. Null when it fits.
 */
export async function schemaFaults(schema: StandardSchema, data: unknown): Promise<string | null> {
  const { issues } = await schema["~standard"].validate(data);
  if (issues === undefined) return null;
  const paths = [...new Set(issues.map(pathOf))];
  const shown = paths.slice(0, PATHS_MAX).join(", ");
  return paths.length > PATHS_MAX ? `${shown} and ${paths.length - PATHS_MAX} more places` : shown;
}

function pathOf({ path }: StandardIssue): string {
  if (path === undefined || path.length === 0) return "its top";
  return path
    .map((part) => String(typeof part === "object" ? part.key : part).slice(0, KEY_CHARS_MAX))
    .join(".");
}
