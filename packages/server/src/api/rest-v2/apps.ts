import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { appShape } from "./app-shape.ts";
import { listPage } from "./list-page.ts";
import { appNamed } from "./lookup.ts";
import { enveloped } from "./message.ts";
import type { Fields } from "./query.ts";
import { flagField } from "./query.ts";
import { v2Route } from "./route.ts";

/** `GET /apps` and `GET /apps/{appId}`; an app's id is its name. An app that was removed is forgotten, not archived. */
export function appsV2(app: FastifyInstance, { clock, registry }: ApiContext): void {
  const functionCount = (appName: string): number =>
    registry.functions().filter((one) => one.appName === appName && !one.archived).length;

  app.get<{ Querystring: Fields }>("/apps", v2Route("apps.read"), (request) => {
    const known = flagField(request.query, "archived") ? [] : registry.apps();
    const { entries, page } = listPage(known, request.query);
    return enveloped(
      clock.now(),
      entries.map((one) => appShape(one, functionCount(one.name))),
      page,
    );
  });

  app.get<{ Params: { appId: string } }>("/apps/:appId", v2Route("apps.read"), (request) => {
    const one = appNamed(registry, request.params.appId);
    return enveloped(clock.now(), appShape(one, functionCount(one.name)));
  });
}
