import { Header, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { inflated, parseJson } from "./body.ts";
import type { EventKeyVerdict } from "#keys";
import { shareWith } from "./browser-guard.ts";
import type { ApiContext } from "./context.ts";
import { EVENT_ROUTE } from "./event-route.ts";
import { asHoldfastError, forCaller, reasonOf, RETRY_AFTER_SECONDS, statusOf } from "./errors.ts";
import type { RefusalLog } from "./refusal-log.ts";
import type { RefusalCount } from "./refuse-key.ts";
import { WAIT } from "./refuse-key.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What the event key of the request allows; null where there is none. */
    eventKey: (EventKeyVerdict & { readonly ok: true }) | null;
  }
}

/**
 * `POST /e/:key`: the way in for events (wire-protocol section 2). The hottest route of the server: the answer is written
 * by hand. Its errors have an envelope of their own: `{ids?, status, error}`.
 */
export function eventRoutes(
  app: FastifyInstance,
  context: ApiContext,
  refusals: RefusalLog,
  count: RefusalCount,
): void {
  const { ingest, keys, log, machineClock } = context;
  app.decorateRequest("eventKey", null);
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
      const verdict = keys.checkEventKey({
        key,
        address: request.ip,
        origin: request.headers.origin ?? null,
      });
      if (verdict.ok) {
        request.eventKey = verdict;
        if (request.headers.origin !== undefined) shareWith(reply, verdict.corsOrigin);
        done();
        return;
      }
      refusals.note("event-key", verdict.reason);
      const seconds = count(request);
      if (seconds > 0) {
        void refuse(reply.header("retry-after", String(seconds)), 429, WAIT);
        return;
      }
      const [status, words] = REFUSED[verdict.reason];
      void refuse(reply, status, words);
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
    const events = parseJson(body);
    const refusal = refusalOf(events, request.eventKey, machineClock.monotonic());
    if (refusal !== null) {
      refusals.note("event-key", refusal.reason);
      if (refusal.waitMs > 0) void reply.header("retry-after", String(Math.ceil(refusal.waitMs / 1000)));
      return refuse(reply, refusal.status, refusal.words);
    }
    const outcome = await ingest.accept(events, typeof seed === "string" ? seed : undefined);
    if (outcome.ok) return json(reply, 200, `{"ids":[${quoted(outcome.ids)}],"status":200}`);
    // The protocol knows these refusals by their words; those that are ours alone have their code beside them.
    const code = OWN_CODES.has(outcome.code) ? `"code":"${outcome.code}",` : "";
    const status = statusOf(outcome.code);
    const seconds = RETRY_AFTER_SECONDS[outcome.code];
    if (seconds !== undefined) void reply.header("retry-after", String(seconds));
    return json(
      reply,
      status,
      `{${code}"error":${JSON.stringify(outcome.message)},"ids":[${quoted(outcome.ids)}],"status":${status}}`,
    );
  });
}

/** Refusals that the protocol has no words for. */
const OWN_CODES: ReadonlySet<string> = new Set(["plaintext_refused", "backlog_full"]);

/** What a key is refused with. Unknown, expired and revoked ones look the same. */
const REFUSED = {
  missing: [401, "Event key is required"],
  unknown: [401, "Event key not found"],
  address: [403, "This event key may not be used from this address"],
  origin: [403, "This event key may not be used by pages of this origin"],
} as const;

interface KeyRefusal {
  readonly status: number;
  readonly reason: "name" | "rate";
  readonly words: string;
  readonly waitMs: number;
}

/** Why a key may not send these events; nothing of a request is taken when one of them may not be. */
function refusalOf(body: unknown, key: FastifyRequest["eventKey"], nowMs: number): KeyRefusal | null {
  if (key === null) return null;
  const events: readonly unknown[] = Array.isArray(body) ? body : [body];
  const isAllowed = (event: unknown): boolean => {
    const name = (event as { readonly name?: unknown } | null)?.name;
    // One without a name is refused for that, in its own words.
    return typeof name !== "string" || key.mayName(name);
  };
  if (!events.every(isAllowed)) {
    const words = "This event key may not send an event of this name; nothing was taken";
    return { status: 403, reason: "name", words, waitMs: 0 };
  }
  const waitMs = key.take(events.length, nowMs);
  if (waitMs === 0) return null;
  return {
    status: 429,
    reason: "rate",
    words: "This event key has sent as many events as it may for now",
    waitMs,
  };
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
