import { LIMITS } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import type { Clock, Ids, Log } from "#kernel";
import { bodyDeadline } from "./body-deadline.ts";
import { asHoldfastError, forCaller, logFailure, sendError } from "./errors.ts";
import { framingErrors } from "./framing-errors.ts";

/** Longest time to send a request in. */
const REQUEST_MS = 30_000;

/** The content type under which every body reaches its route. */
const ANY_BYTES = "application/octet-stream";
/** That of bodies which are read while they come in. */
const STREAMED = "application/x-stream";

/** No answer of this server is shown within a page of somebody else (OWASP ASVS 5.0, 3.4.6). */
const FRAMED_BY_NOBODY = "frame-ancestors 'none'";

/** What an app needs of the house. */
export interface AppWorld {
  readonly mode: "dev" | "production";
  readonly machineClock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/**
 * An HTTP app without routes: how requests are read, bounded in time, given their id, and how every error is answered. The
 * API of each environment and that of the operators are made of it.
 */
export function createApp({ mode, machineClock, ids, log }: AppWorld): FastifyInstance {
  const serverKind = mode === "dev" ? "dev" : "cloud";
  const app = fastify({
    logger: false,
    // The door in front writes one address into the header, whatever a client wrote there.
    trustProxy: (_address, hop) => hop === 0,
    bodyLimit: LIMITS.registrationBytes,
    // Whole requests are timed by `bodyDeadline`, and connections at the door.
    requestTimeout: 0,
    // What still comes in on open connections while the server closes is answered like anything else: the store is open.
    return503OnClosing: false,
    ...framingErrors(serverKind),
    routerOptions: { maxParamLength: 512 },
    exposeHeadRoutes: false,
    genReqId: () => ids.request(),
    requestIdHeader: false,
  });

  // Bodies are read as bytes and parsed by the routes: after the caller is known, and by our own rules.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.addContentTypeParser(STREAMED, (_request, body, done) => done(null, body));
  app.addHook("onRequest", (request, reply, done) => {
    void reply
      .header("x-inngest-server-kind", serverKind)
      .header("cache-control", "no-store")
      .header("x-content-type-options", "nosniff")
      .header("x-request-id", request.id);
    // What an app's endpoint answers is the app's own to frame.
    if (request.routeOptions.config.access !== "run-token")
      void reply.header("content-security-policy", FRAMED_BY_NOBODY);
    // Fastify would refuse a malformed content type before any route is asked; nothing here goes by it.
    if (request.routeOptions.config.streamed === true) request.headers["content-type"] = STREAMED;
    else if (request.headers["content-type"] !== undefined) request.headers["content-type"] = ANY_BYTES;
    done();
  });
  bodyDeadline(app, machineClock, REQUEST_MS);

  app.setErrorHandler((thrown, request, reply) => {
    const error = asHoldfastError(thrown);
    logFailure(log, request, error);
    return sendError(reply, forCaller(error));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: "not_found", error: "There is no such route.", status: 404 }),
  );
  return app;
}
