/** Names of schemas and messages (RFC 7643, 10.3; RFC 7644, 8.2). */
export const USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
export const PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/** Extensions begin with this; none is kept. */
const EXTENSION_PREFIX = "urn:ietf:params:scim:schemas:extension:";

/** Whether a path or a key is of an extension, such as that for enterprises. */
export function isOfExtension(name: string): boolean {
  return name.toLowerCase().startsWith(EXTENSION_PREFIX);
}

/** A path without the schema in front that it may have (RFC 7644, 3.10). */
export function withoutSchema(path: string, schema: string): string {
  const prefix = `${schema}:`;
  return path.toLowerCase().startsWith(prefix.toLowerCase()) ? path.slice(prefix.length) : path;
}
