import type { FastifyInstance } from "fastify";
import { parseFields } from "../body.ts";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { textField } from "./fields.ts";

/** Whoever attacks the server or an app of it with `holdfast redteam` says so first: what follows in the logs is his. */
export function redteamRoutes(app: FastifyInstance, { audit }: AdministrationContext): void {
  app.post(
    "/holdfast/v1/admin/redteam",
    { config: { access: "operator", permission: "redteam.run", audit: "redteam.run" } },
    (request) => {
      const endpoint = textField(parseFields(request.body), "app");
      audit.note({
        action: "redteam.run",
        authority: authorityOf(request),
        targets: [
          endpoint === null
            ? { type: "installation", id: "installation", name: null }
            : { type: "app_endpoint", id: endpoint.slice(0, 255), name: null },
        ],
        result: "success",
        reason: null,
        changes: {},
      });
      return { data: {} };
    },
  );
}
