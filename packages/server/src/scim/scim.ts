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
