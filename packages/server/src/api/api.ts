/** The way in over HTTP: routes, authentication at the door, status codes. */
import { LIMITS } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import { appRoutes } from "./apps.ts";
import { authenticate } from "./authenticate.ts";
import { bodyDeadline } from "./body-deadline.ts";
import { browserGuard } from "./browser-guard.ts";
import { cancellationRoutes } from "./cancellations.ts";
import { checkpointRoutes } from "./checkpoint.ts";
import type { ApiContext } from "./context.ts";
import { developmentClockRoutes } from "./development-clock.ts";
import { developmentRoutes } from "./development.ts";
import { endpointOutputRoutes } from "./endpoint-output.ts";
import { endpointRoutes } from "./endpoints.ts";
import { asHoldfastError, forCaller, logFailure, sendError } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { followRoutes } from "./follow.ts";
import { framingErrors } from "./framing-errors.ts";
import { healthRoutes } from "./health.ts";
import { publicKeyRoutes } from "./public-keys.ts";
import { invokeRoutes } from "./invoke.ts";
import { closePromptly } from "./prompt-close.ts";
import { createRefusalLog } from "./refusal-log.ts";
import { registerRoutes } from "./register.ts";
import { requestGuard } from "./request-guard.ts";
import { restV1Routes } from "./rest-v1.ts";
import { restV2Routes } from "./rest-v2/rest-v2.ts";
import { runJobRoutes } from "./run-jobs.ts";
import { runMetadataRoutes } from "./run-metadata.ts";
import { runStateRoutes } from "./run-state.ts";
import { runStreamRoutes } from "./run-streams.ts";
import { signalRoutes } from "./signals.ts";
import { signedRequests } from "./signed-request.ts";
import { testHookRoutes } from "./test-hooks.ts";

export type { ApiContext } from "./context.ts";
export { ACCOUNT_ID, ENVIRONMENT_ID } from "./fixed-ids.ts";

/**
 * Longest time to send a request in, its headers alone, to leave a connection unused, and for nothing to move on a
 * connection in use: a reader that stopped reading does not keep its answer in memory for ever.
 */
const REQUEST_MS = 30_000;
const HEADERS_MS = 10_000;
const IDLE_MS = 72_000;
const STALLED_MS = 60_000;
/** How often Node looks for requests that take too long. */
const CHECK_MS = 2000;

/** The content type under which every body reaches its route. */
const ANY_BYTES = "application/octet-stream";
/** That of bodies which are read while they come in. */
const STREAMED = "application/x-stream";

/** Builds the HTTP server; `listen` opens it. `onRoute` is told of every route and who may use it: `GET /health open`. */
export function createApi(
  context: ApiContext,
  onRoute: (route: string) => void = () => undefined,
): FastifyInstance {
  const serverKind = context.mode === "dev" ? "dev" : "cloud";
  const app = fastify({
    logger: false,
    bodyLimit: LIMITS.registrationBytes,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
    // Whole requests are timed by `bodyDeadline`.
    requestTimeout: 0,
    connectionTimeout: STALLED_MS,
    keepAliveTimeout: IDLE_MS,
    forceCloseConnections: "idle",
    // What still comes in on open connections while the server closes is answered like anything else: the store is open.
    return503OnClosing: false,
    ...framingErrors(serverKind),
    routerOptions: { maxParamLength: 512 },
    exposeHeadRoutes: false,
    genReqId: () => context.ids.request(),
    requestIdHeader: false,
  });
  closePromptly(app, context.machineClock);
  const refusals = createRefusalLog({ clock: context.machineClock, log: context.log });

  // Bodies are read as bytes and parsed by the routes: after the caller is known, and by our own rules.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.addContentTypeParser(STREAMED, (_request, body, done) => done(null, body));
  app.addHook("onRequest", (request, reply, done) => {
    void reply
      .header("x-inngest-server-kind", serverKind)
      .header("cache-control", "no-store")
      .header("x-request-id", request.id);
    // Fastify would refuse a malformed content type before any route is asked; nothing here goes by it.
    if (request.routeOptions.config.streamed === true) request.headers["content-type"] = STREAMED;
    else if (request.headers["content-type"] !== undefined) request.headers["content-type"] = ANY_BYTES;
    done();
  });
  authenticate(app, context, refusals, onRoute);
  browserGuard(app, context);
  requestGuard(app);
  bodyDeadline(app, context.machineClock, REQUEST_MS);
  signedRequests(app, context, refusals);

  app.setErrorHandler((thrown, request, reply) => {
    const error = asHoldfastError(thrown);
    logFailure(context.log, request, error);
    return sendError(reply, forCaller(error));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: "not_found", error: "There is no such route.", status: 404 }),
  );

  healthRoutes(app);
  publicKeyRoutes(app, context);
  eventRoutes(app, context, refusals);
  registerRoutes(app, context);
  checkpointRoutes(app, context);
  endpointRoutes(app, context);
  endpointOutputRoutes(app, context);
  runStreamRoutes(app, context);
  runStateRoutes(app, context);
  restV1Routes(app, context);
  runJobRoutes(app, context);
  runMetadataRoutes(app);
  signalRoutes(app, context);
  cancellationRoutes(app, context);
  invokeRoutes(app, context);
  restV2Routes(app, context);
  testHookRoutes(app, context);
  developmentRoutes(app, context);
  developmentClockRoutes(app, context);
  followRoutes(app, context);
  appRoutes(app, context);
  return app;
}
