import { HoldfastError, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { noteCallersAct } from "../acting.ts";
import { parseFields } from "../body.ts";
import { payloadView } from "../payload-view.ts";
import type { ApiContext } from "../context.ts";
import { statusOf } from "../errors.ts";
import { badField, missingField, sendV2Error, v2CodeOf } from "./errors.ts";
import { enveloped } from "./message.ts";
import { eventIdIn } from "./path-ids.ts";
import type { Fields } from "./query.ts";
import { cursorField, field, flagField, limitField, writeCursor } from "./query.ts";
import { v2Route } from "./route.ts";
import { shapedRun } from "./run-list.ts";

/** Runs of one page of an event's runs. */
const RUNS_OF_PAGE = { usual: 20, max: 40 } as const;

/** `POST /events`, which takes one event, and `GET /events/{eventId}/runs`. */
export function eventsV2(app: FastifyInstance, context: ApiContext): void {
  const { clock, executor, ingest } = context;

  app.post("/events", { ...v2Route("events.send"), bodyLimit: LIMITS.eventBytes }, async (request, reply) => {
    const outcome = await ingest.accept(eventIn(parseFields(request.body)), undefined);
    const [eventId] = outcome.ids;
    if (outcome.ok) {
      noteCallersAct(request, context.audit, "event.sent", { type: "event", id: eventId ?? "", name: null });
      return enveloped(clock.now(), { eventId });
    }
    const error = asEventError(outcome.code, outcome.message);
    return sendV2Error(reply, statusOf(error.code), v2CodeOf(error), outcome.message);
  });

  app.get<{ Params: { eventId: string }; Querystring: Fields }>(
    "/events/:eventId/runs",
    v2Route("runs.read"),
    async (request) => {
      const eventId = eventIdIn(request.params);
      const limit = limitField(request.query, RUNS_OF_PAGE);
      const includeOutput = flagField(request.query, "includeOutput");
      const cursor = cursorField(request.query);
      const view = payloadView(request, context, { type: "event", id: eventId });
      if ((await ingest.get(eventId)) === null)
        throw new HoldfastError("not_found", `Event not found: ${eventId}`);
      const runs = (await ingest.runsOf(eventId)).filter(({ id }) => cursor === null || id > cursor);
      const shown = runs.slice(0, limit);
      const views = await Promise.all(shown.map((run) => executor.view(run.id)));
      const shapes = await Promise.all(
        views.filter((each) => each !== null).map((each) => shapedRun(each, context, includeOutput, view)),
      );
      const hasMore = runs.length > limit;
      const last = shown.at(-1);
      return enveloped(clock.now(), shapes, {
        limit,
        hasMore,
        cursor: hasMore && last !== undefined ? writeCursor(last.id) : null,
      });
    },
  );
}

/** The one event of the body, as the event API takes it: what is in its fields is for that to check. */
function eventIn(body: Fields): Fields {
  const name = body["name"];
  if (name === undefined || name === null || name === "") throw missingField("name");
  if (typeof name !== "string") throw badField("name", "must be text");
  const event: Record<string, unknown> = { name };
  for (const key of ["data", "user", "id", "v"] as const) {
    const value = field(body, key);
    if (value !== undefined) event[key] = value;
  }
  const ts = field(body, "ts");
  // 64-bit integers may be texts in protobuf-JSON.
  if (ts !== undefined) event["ts"] = typeof ts === "string" && /^-?\d{1,16}$/.test(ts) ? Number(ts) : ts;
  return event;
}

/** The event API answers with codes of our table; anything else is the whole request's fault. */
function asEventError(code: string, message: string): HoldfastError {
  switch (code) {
    case "event_name_invalid":
    case "event_name_reserved":
    case "event_time_invalid":
    case "event_session_invalid":
    case "event_too_large":
    case "plaintext_refused":
    case "json_too_deep":
    case "json_number_out_of_range":
      return new HoldfastError(code, message);
    default:
      return new HoldfastError("event_invalid", message);
  }
}
