import type { FastifyInstance } from "fastify";
import type { ScimUser, ScimUserFields } from "#scim";
import { patchUser, readUser, representUser } from "#scim";
import type { ScimContext } from "./context.ts";
import { resourceRoutes } from "./resource-routes.ts";

/** People, as a directory makes, changes, deactivates and removes them. */
export function userRoutes(app: FastifyInstance, context: ScimContext): void {
  resourceRoutes<ScimUser, ScimUserFields>(app, context, {
    kind: "User",
    audit: "directory.person_changed",
    answersPatch: true,
    read: readUser,
    patch: patchUser,
    represent: representUser,
    list: (directory, query) => directory.users(query),
    find: (directory, id) => directory.user(id),
    create: (directory, fields, by) => directory.createUser(fields, by),
    replace: (directory, id, fields, revision, by) => directory.replaceUser(id, fields, revision, by),
    remove: (directory, id, revision, by) => directory.removeUser(id, revision, by),
  });
}
