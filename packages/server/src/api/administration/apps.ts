import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseFields } from "../body.ts";
import { actsOf } from "./acts-of.ts";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { wantedText } from "./fields.ts";

/** Where apps may be called, as operators say. */
export function appOriginRoutes(app: FastifyInstance, context: AdministrationContext): void {
  app.post(
    "/holdfast/v1/admin/environments/:environment/apps/:app/approve",
    { config: { access: "operator", permission: "apps.approve", audit: "app.origin_approved" } },
    async (request: FastifyRequest<{ Params: { environment: string; app: string } }>) => {
      const { origins } = await actsOf(context, request);
      const origin = wantedText(parseFields(request.body), "origin");
      await origins.approve(authorityOf(request), request.params.app, origin);
      return { data: { app: request.params.app, origin } };
    },
  );
}
