import type { FastifyInstance } from "fastify";
import { patchGroup, readGroup, representGroup } from "#scim";
import type { ScimContext } from "./context.ts";
import { resourceRoutes } from "./resource-routes.ts";

/** Groups and who is in them. */
export function groupRoutes(app: FastifyInstance, context: ScimContext): void {
  resourceRoutes(app, context, {
    kind: "Group",
    audit: "directory.group_changed",
    answersPatch: false,
    read: (body) => readGroup(body),
    patch: patchGroup,
    represent: representGroup,
    list: (directory, query) => directory.groups(query),
    find: (directory, id) => directory.group(id),
    create: (directory, fields, by) => directory.createGroup(fields, by),
    replace: (directory, id, fields, revision, by) => directory.replaceGroup(id, fields, revision, by),
    remove: (directory, id, revision, by) => directory.removeGroup(id, revision, by),
  });
}
