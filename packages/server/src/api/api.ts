/** The way in over HTTP: routes, authentication at the door, status codes. */
import type { FastifyInstance } from "fastify";
import { createApp } from "./app.ts";
import { appRoutes } from "./apps.ts";
import { authenticate } from "./authenticate.ts";
import { browserGuard } from "./browser-guard.ts";
import { cancellationRoutes } from "./cancellations.ts";
import { checkpointRoutes } from "./checkpoint.ts";
import type { ApiContext } from "./context.ts";
import { developmentClockRoutes } from "./development-clock.ts";
import { developmentRoutes } from "./development.ts";
import { endpointOutputRoutes } from "./endpoint-output.ts";
import { endpointRoutes } from "./endpoints.ts";
import { eventRoutes } from "./events.ts";
import { followRoutes } from "./follow.ts";
import { healthRoutes } from "./health.ts";
import { publicKeyRoutes } from "./public-keys.ts";
import { invokeRoutes } from "./invoke.ts";
import { createRefusalLog } from "./refusal-log.ts";
import { countRefusals } from "./refuse-key.ts";
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

export type { HandedOn } from "./callers/handed-on.ts";
export { createHandedOn } from "./callers/handed-on.ts";
export type { ApiContext } from "./context.ts";
export { createEnvironmentDoor } from "./environment-door.ts";
export type { PageFiles } from "./pages/pages-api.ts";
export { createPagesApi } from "./pages/pages-api.ts";
export { createIdentityApi } from "./identity/identity-api.ts";
export type { ScimContext } from "./scim/scim-api.ts";
export { createScimApi } from "./scim/scim-api.ts";
export type { AdministrationContext, EnvironmentActs } from "./administration/administration.ts";
export { createAdministrationApi } from "./administration/administration.ts";
export type { Reach, Reachable } from "./dispatch.ts";
export { createDispatch } from "./dispatch.ts";
/** The API of one environment: Fastify, ready to be handed requests. */
export type Api = FastifyInstance;
export { ACCOUNT_ID } from "./fixed-ids.ts";

/** Builds the HTTP server; `listen` opens it. `onRoute` is told of every route and who may use it: `GET /health open`. */
export function createApi(
  context: ApiContext,
  onRoute: (route: string) => void = () => undefined,
): FastifyInstance {
  const app = createApp(context);
  const refusals = createRefusalLog({ clock: context.machineClock, log: context.log });
  const count = countRefusals(context.machineClock);
  authenticate(app, context, refusals, count, onRoute);
  browserGuard(app, context);
  requestGuard(app);
  signedRequests(app, context, refusals);

  healthRoutes(app);
  publicKeyRoutes(app, context);
  eventRoutes(app, context, refusals, count);
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
