import type { FastifyInstance } from "fastify";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";

/** Whoever attacks the server with `holdfast redteam` says so first: what follows in the logs is his. */
export function redteamRoutes(app: FastifyInstance, { audit }: AdministrationContext): void {
  app.post(
    "/holdfast/v1/admin/redteam",
    { config: { access: "operator", audit: "redteam.run" } },
    (request) => {
      audit.note({
        action: "redteam.run",
        authority: authorityOf(request),
        targets: [{ type: "installation", id: "installation", name: null }],
        result: "success",
        reason: null,
        changes: {},
      });
      return { data: {} };
    },
  );
}
