import { Header, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { inflated, parseJson } from "./body.ts";
import type { ApiContext } from "./context.ts";
import { asHoldfastError, forCaller, reasonOf, statusOf } from "./errors.ts";
import type { RefusalLog } from "./refusal-log.ts";

/** The event API's path, with its key. */
export const EVENT_ROUTE = "/e/:key";

/**
 * `POST /e/:key`: the way in for events (wire-protocol section 2). The hottest route of the server: the answer is written
 * by hand. Its errors have an envelope of their own: `{ids?, status, error}`.
 */
export function eventRoutes(app: FastifyInstance, context: ApiContext, refusals: RefusalLog): void {
  const { ingest, keys, log } = context;
  const options = {
    config: { access: "event-key" },
    bodyLimit: LIMITS.eventRequestBytes,
    // Errors of reading the body, too, are answered in this route's envelope.
    errorHandler: (thrown: unknown, request: { id: string }, reply: FastifyReply): void => {
      const error = asHoldfastError(thrown);
      const status = statusOf(error.code);
      if (status >= 500)
        log.error(
          { request: request.id, code: error.code, error: reasonOf(error) },
          "events could not be taken",
        );
      void refuse(reply, status, forCaller(error).message);
    },
    // Before the body is read: nothing is taken into memory from whoever has no key.
    onRequest: (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      // The router fills in what the route's path names; the routes without a key have no parameter.
      const { key = "" } = request.params as { key?: string };
      const verdict = keys.checkEventKey(key);
      if (verdict.ok) {
        done();
        return;
      }
      refusals.note("event-key", verdict.reason);
      void refuse(reply, 401, verdict.reason === "missing" ? "Event key is required" : "Event key not found");
    },
  } as const;

  app.post("/e", options, (_request, reply) => refuse(reply, 401, "Event key is required"));
  app.post("/e/", options, (_request, reply) => refuse(reply, 401, "Event key is required"));
  app.post(EVENT_ROUTE, options, async (request, reply) => {
    const { headers } = request;
    const body =
      headers["content-encoding"] === undefined
        ? request.body
        : await inflated(request.body, headers["content-encoding"], LIMITS.eventRequestBytes);
    const seed = headers[Header.eventIdSeed];
    const outcome = await ingest.accept(parseJson(body), typeof seed === "string" ? seed : undefined);
    if (outcome.ok) return json(reply, 200, `{"ids":[${quoted(outcome.ids)}],"status":200}`);
    // The protocol knows these refusals by their words; one that is ours alone has its code beside them.
    const code = outcome.code === "plaintext_refused" ? `"code":"${outcome.code}",` : "";
    return json(
      reply,
      400,
      `{${code}"error":${JSON.stringify(outcome.message)},"ids":[${quoted(outcome.ids)}],"status":400}`,
    );
  });
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return json(reply, status, JSON.stringify({ error, status }));
}

function json(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).header("content-type", "application/json; charset=utf-8").send(text);
}

/** Ids are ULIDs: nothing in them needs escaping. */
function quoted(ids: readonly string[]): string {
  return ids.map((id) => `"${id}"`).join(",");
}
