import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { noteCallersAct } from "./acting.ts";
import { parseFields } from "./body.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import { triggerShapes } from "./trigger-shapes.ts";

/** Holdfast's own routes about apps and about the server itself. */
export function appRoutes(app: FastifyInstance, context: ApiContext): void {
  const { audit, queue, registry, sync } = context;
  const about = { config: { access: "signing-key", permission: "environments.read" } } as const;
  const reading = { config: { access: "signing-key", permission: "apps.read" } } as const;
  /** Whoever names a URL says where an app is, and has the server call it. */
  const placing = {
    config: { access: "signing-key", permission: "apps.approve", needsFresh: true },
  } as const;

  app.get("/holdfast/v1/status", about, async () => ({
    data: {
      version: context.version,
      mode: context.mode,
      queue: { ...(await queue.size()), ...queue.load() },
    },
  }));

  app.get("/holdfast/v1/apps", reading, () => ({
    data: registry.apps().map((known) => ({
      id: known.id,
      name: known.name,
      url: known.url,
      sdk: known.sdk,
      framework: known.framework,
      signatures: known.signatures ?? "v1",
      synced_at: new Date(known.syncedAt).toISOString(),
      error: known.error,
      functions: registry
        .functions()
        .filter((definition) => definition.appId === known.id && !definition.archived)
        .map((one) => ({ id: one.id, slug: one.slug, name: one.name, triggers: triggerShapes(one) })),
    })),
  }));

  app.put("/holdfast/v1/apps/sync", placing, async (request, reply) => {
    const { url } = parseFields(request.body);
    if (typeof url !== "string")
      throw new HoldfastError("request_invalid", "The body must name the app's url.");
    noteCallersAct(request, audit, "app.sync_requested", { type: "app", id: url.slice(0, 200), name: null });
    const outcome = await sync.sync(url);
    if (outcome.ok) return { data: { appName: outcome.appName, modified: outcome.modified } };
    return reply.code(422).send({ code: outcome.code, error: outcome.message, status: 422 });
  });

  app.get<{ Querystring: { url?: string } }>(
    "/holdfast/v1/apps/introspect",
    placing,
    async (request, reply) => {
      const { url } = request.query;
      if (url === undefined)
        return sendError(reply, new HoldfastError("request_invalid", "The query must name the app's url."));
      noteCallersAct(request, audit, "app.sync_requested", {
        type: "app",
        id: url.slice(0, 200),
        name: null,
      });
      const outcome = await sync.introspect(url);
      if (outcome.ok) return { data: outcome.body };
      return reply.code(422).send({ code: outcome.code, error: outcome.message, status: 422 });
    },
  );
}
