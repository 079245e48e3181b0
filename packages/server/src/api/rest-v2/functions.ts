import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { functionShape } from "./function-shape.ts";
import { listPage } from "./list-page.ts";
import { appNamed, functionNamed } from "./lookup.ts";
import { enveloped } from "./message.ts";
import type { Fields } from "./query.ts";
import { flagField } from "./query.ts";
import { v2Route } from "./route.ts";
import { listRuns } from "./run-list.ts";

type InApp = { Params: { appId: string }; Querystring: Fields };
type OfFunction = { Params: { appId: string; functionId: string }; Querystring: Fields };

/** Functions, one and all of an app, and the runs of one. */
export function functionsV2(app: FastifyInstance, context: ApiContext): void {
  const { clock, queue, registry } = context;

  app.get<InApp>("/apps/:appId/functions", v2Route("apps.read"), async (request) => {
    const { name } = appNamed(registry, request.params.appId);
    const archived = flagField(request.query, "archived");
    const own = registry.functions().filter((one) => one.appName === name && one.archived === archived);
    const { entries, page } = listPage(own, request.query);
    const paused = await queue.paused();
    return enveloped(
      clock.now(),
      entries.map((one) => functionShape(one, registry, paused.has(one.id))),
      page,
    );
  });

  app.get<OfFunction>("/apps/:appId/functions/:functionId", v2Route("apps.read"), async (request) => {
    const { appId, functionId } = request.params;
    const one = functionNamed(registry, appId, functionId);
    return enveloped(clock.now(), functionShape(one, registry, (await queue.paused()).has(one.id)));
  });

  app.get<OfFunction>(
    "/apps/:appId/functions/:functionId/runs",
    v2Route("runs.read", ["status"]),
    async (request) => {
      const { appId, functionId } = request.params;
      const one = functionNamed(registry, appId, functionId);
      const { page, runs } = await listRuns(request, context, [one.id]);
      return enveloped(clock.now(), runs, page);
    },
  );
}
