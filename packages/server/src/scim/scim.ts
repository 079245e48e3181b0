/** SCIM 2.0 as a service provider: what a directory asks is read and answered, and nothing is kept. */
export type {
  ScimCondition,
  ScimDirectory,
  ScimEmail,
  ScimGroup,
  ScimGroupFields,
  ScimName,
  ScimPage,
  ScimQuery,
  ScimReference,
  ScimStamp,
  ScimUser,
  ScimUserFields,
} from "./contract.ts";
export type { ScimErrorBody, ScimType } from "./scim-error.ts";
export { errorBody, ScimError } from "./scim-error.ts";
export {
  resourceType,
  resourceTypes,
  schema,
  schemas,
  serviceProviderConfig,
} from "./discovery/discovery.ts";
export { patchGroup } from "./patch/patch-group.ts";
export { patchUser } from "./patch/patch-user.ts";
export type { ResourceKind } from "./read/read-filter.ts";
export { readGroup } from "./read/read-group.ts";
export type { Selection } from "./read/read-query.ts";
export { readQuery, readSelection } from "./read/read-query.ts";
export { readUser } from "./read/read-user.ts";
export type { Representation } from "./write/represent.ts";
export { locationOf, representGroup, representList, representUser } from "./write/represent.ts";
export { checkVersion, namesVersion, versionOf, versionRefused } from "./write/version.ts";
