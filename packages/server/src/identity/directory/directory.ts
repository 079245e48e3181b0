import type { ScimDirectory } from "#scim";
import { directoryGroups } from "./directory-groups.ts";
import type { DirectoryDeps } from "./directory-rows.ts";
import { directoryUsers } from "./directory-users.ts";

/** The users and groups of one connection, over the accounts of this installation. */
export function createDirectory(deps: DirectoryDeps, connection: string): ScimDirectory {
  return { ...directoryUsers(deps, connection), ...directoryGroups(deps, connection) };
}
