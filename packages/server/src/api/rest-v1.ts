import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { RunView } from "#executor";
import { actOf } from "./acting.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import type { PayloadView } from "./payload-view.ts";
import { payloadView } from "./payload-view.ts";
import { eventIdOf, runIdOf } from "./run-id.ts";
import { triggerOf } from "./run-trigger.ts";
import { v1Enveloped } from "./v1-envelope.ts";
import { eventShape, functionShape, runShape } from "./v1-shapes.ts";

/** Most events of one page (wire-protocol section 19). */
const EVENTS_MAX = 51;
const EVENTS_DEFAULT = 20;

/** How long readers may keep an answer, in ms. */
const RUN_CACHE_MS = 3000;
const RUNS_CACHE_MS = 15_000;

interface EventsQuery {
  readonly limit?: string;
  readonly cursor?: string;
  readonly name?: string;
  readonly received_before?: string;
  readonly received_after?: string;
  /** `true` lists the server's own events (`inngest/…`) too. */
  readonly internal?: string;
}

/** The REST API v1: events, the runs they started, and runs. */
export function restV1Routes(app: FastifyInstance, context: ApiContext): void {
  const { clock, environment, executor, ingest, registry } = context;
  const reading = { config: { access: "signing-key", permission: "runs.read" } } as const;
  const acting = { config: { access: "signing-key", permission: "runs.act" } } as const;
  const looking = { config: { access: "signing-key", permission: "apps.read" } } as const;
  const enveloped = (data: unknown, cacheMs?: number): unknown => v1Enveloped(clock.now(), data, cacheMs);
  const shaped = async (found: RunView, view: PayloadView): Promise<unknown> =>
    runShape(found, (await triggerOf(found.run, context)).cron, environment.id, view);

  app.get<{ Querystring: EventsQuery }>("/v1/events", reading, async (request) => {
    const { cursor, internal, limit, name, received_after: after, received_before: before } = request.query;
    const view = payloadView(request, context, { type: "api", id: "events" });
    const events = await ingest.list({
      limit: Math.min(EVENTS_MAX, Math.max(1, Number.parseInt(limit ?? "", 10) || EVENTS_DEFAULT)),
      ...(cursor === undefined || cursor === "" ? {} : { before: eventIdOf(cursor) }),
      ...(name === undefined || name === "" ? {} : { name }),
      withInternal: internal === "true",
      ...(before === undefined ? {} : { receivedBefore: instantOf(before, "received_before") }),
      ...(after === undefined ? {} : { receivedAfter: instantOf(after, "received_after") }),
    });
    return enveloped(events.map((event) => eventShape(event, environment.id, view)));
  });

  app.get<{ Params: { id: string } }>("/v1/events/:id", reading, async (request, reply) => {
    const eventId = eventIdOf(request.params.id);
    const view = payloadView(request, context, { type: "event", id: eventId });
    const event = await ingest.get(eventId);
    return event === null
      ? sendError(reply, new HoldfastError("not_found", "Event not found"))
      : enveloped(eventShape(event, environment.id, view));
  });

  app.get<{ Params: { id: string } }>("/v1/events/:id/runs", reading, async (request) => {
    const eventId = eventIdOf(request.params.id);
    const view = payloadView(request, context, { type: "event", id: eventId });
    const runs = await ingest.runsOf(eventId);
    const found = await Promise.all(runs.map((run) => executor.view(run.id)));
    return enveloped(
      await Promise.all(found.filter((each) => each !== null).map((each) => shaped(each, view))),
      RUNS_CACHE_MS,
    );
  });

  app.get<{ Params: { id: string } }>("/v1/runs/:id", reading, async (request, reply) => {
    const runId = runIdOf(request.params.id);
    const view = payloadView(request, context, { type: "run", id: runId });
    const found = await executor.view(runId);
    if (found === null) return sendError(reply, new HoldfastError("not_found", `Run not found: ${runId}`));
    return enveloped(await shaped(found, view), RUN_CACHE_MS);
  });

  app.delete<{ Params: { id: string } }>("/v1/runs/:id", acting, async (request, reply) => {
    const runId = runIdOf(request.params.id);
    const outcome = await executor.cancel(
      runId,
      actOf(request, context.audit, "run.cancelled", { type: "run", id: runId, name: null }),
    );
    if (outcome === "cancelled") return reply.code(200).send();
    if (outcome === "ended")
      return sendError(reply, new HoldfastError("conflict", `Run ${runId} has already ended`));
    return sendError(reply, new HoldfastError("not_found", `Run not found: ${runId}`));
  });

  app.get<{ Params: { app: string } }>("/v1/apps/:app/functions", looking, (request, reply) => {
    if (registry.app(request.params.app) === null) {
      return sendError(
        reply,
        new HoldfastError("not_found", `App not found: ${request.params.app.slice(0, 200)}`),
      );
    }
    const own = registry
      .functions()
      .filter((definition) => definition.appName === request.params.app && !definition.archived);
    return reply.send(own.map(functionShape));
  });
}

function instantOf(text: string, field: string): number {
  const instant = Date.parse(text);
  if (Number.isNaN(instant))
    throw new HoldfastError("request_invalid", `${field} is not a date of RFC 3339.`);
  return instant;
}
