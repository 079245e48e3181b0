import { PERMISSIONS, reachOf, ROLES } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";

/** The table by which the server decides, for whoever is held to it. */
export function roleRoutes(app: FastifyInstance): void {
  app.get(
    "/holdfast/v1/admin/roles",
    { config: { access: "operator", permission: "roles.read", audit: null, isFiltered: true } },
    async () => ({
      data: PERMISSIONS.map((permission) => ({
        permission,
        ...Object.fromEntries(ROLES.map((role) => [role, reachOf(role, permission)])),
      })),
    }),
  );
}
