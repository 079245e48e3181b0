import type { ScimStamp } from "../contract.ts";
import { ScimError } from "../scim-error.ts";

/** The weak entity tag of a resource as it is now (RFC 7644, 3.14). */
export function versionOf({ revision }: Pick<ScimStamp, "revision">): string {
  return `W/"${revision}"`;
}

/** Whether a header such as If-None-Match names this version: `*`, or one of several, weak or not. */
export function namesVersion(header: string, stamp: Pick<ScimStamp, "revision">): boolean {
  const version = opaque(versionOf(stamp));
  return header.split(",").some((each) => each.trim() === "*" || opaque(each.trim()) === version);
}

/**
 * Holds a change to the version that its caller knows.
 *
 * @throws ScimError 412
 */
export function checkVersion(ifMatch: string | undefined, stamp: Pick<ScimStamp, "revision">): void {
  if (ifMatch !== undefined && !namesVersion(ifMatch, stamp)) throw versionRefused();
}

/** Why a change is not made: the resource is another by now. */
export function versionRefused(): ScimError {
  return new ScimError(
    412,
    null,
    "The resource changed in the meantime. Read it again, and send the change with its new version.",
  );
}

function opaque(tag: string): string {
  return tag.startsWith("W/") ? tag.slice(2) : tag;
}
