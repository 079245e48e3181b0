import { HoldfastError } from "@holdfast/protocol";
import type { EnvironmentName } from "@holdfast/protocol";

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
/** Names that mean something else: the two environments that are always there, and the installation's own log. */
const RESERVED: ReadonlySet<string> = new Set(["dev", "production", "installation"]);
const NAME_CHARS_MAX = 64;

/**
 * The name of an environment that an operator wants to make.
 *
 * @throws HoldfastError `request_invalid` for a name that cannot be one. It is part of a folder's name and of ids.
 */
export function readEnvironmentName(text: unknown): EnvironmentName {
  if (typeof text !== "string" || !NAME.test(text)) {
    throw new HoldfastError(
      "request_invalid",
      `An environment's name has 1 to ${NAME_CHARS_MAX} lower-case letters, digits and "-", and begins and ends with a letter or digit.`,
    );
  }
  if (RESERVED.has(text))
    throw new HoldfastError("request_invalid", `The name "${text}" is taken by Holdfast.`);
  // The pattern is what the brand stands for.
  return text as EnvironmentName;
}

/**
 * The branch that `x-inngest-env` names, as a part of an environment's name: SDKs send the name of a git branch, such as
 * `feature/New_cart`. Null when nothing of it can stand in a name. Two branches that differ in signs alone are one.
 */
export function branchSlug(header: string): string | null {
  const slug = header
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return slug === "" ? null : slug;
}

/**
 * Name of a branch's environment: its family's, and its own. One that would be too long ends in a digest, so that long
 * branches with one beginning stay apart.
 */
export function branchName(
  family: EnvironmentName,
  slug: string,
  sha256Hex: (text: string) => string,
): EnvironmentName {
  const whole = `${family}--${slug}`;
  if (whole.length <= NAME_CHARS_MAX) return whole as EnvironmentName;
  const tail = sha256Hex(whole).slice(0, 12);
  return `${whole.slice(0, NAME_CHARS_MAX - tail.length - 1).replace(/-+$/, "")}-${tail}` as EnvironmentName;
}
