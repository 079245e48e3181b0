import type { FastifyInstance } from "fastify";
import { createApp } from "../app.ts";
import { pageHeaders } from "../page-headers.ts";
import { absentRoutes } from "./absent.ts";
import { scimErrors } from "./answer.ts";
import type { ScimContext } from "./context.ts";
import { discoveryRoutes } from "./discovery.ts";
import { guardDirectories } from "./guard.ts";
import { groupRoutes } from "./groups.ts";
import { SCIM_ROOT } from "./route.ts";
import { userRoutes } from "./users.ts";

export type { ScimContext } from "./context.ts";

/** Methods that change nothing; every route of another one says which act of the log it is. */
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Builds SCIM 2.0 (RFC 7644) for the directories of connections. Every route is theirs alone, and of each that changes something it
 * is said what the audit log holds of it; null: it changes nothing. The app takes no route that says neither.
 */
export function createScimApi(
  context: ScimContext,
  onRoute: (route: string) => void = () => undefined,
): FastifyInstance {
  const app = createApp(context);
  app.decorateRequest("scimCaller", null);
  app.addHook("onRoute", (route) => {
    const { access, audit } = route.config ?? {};
    const name = `${String(route.method)} ${route.url}`;
    if (access !== "directory") throw new Error(`Route ${name} does not say that it is the directories'`);
    if (audit === undefined && !READING.has(String(route.method)))
      throw new Error(`Route ${name} does not say what the audit log says of it`);
    onRoute(`${name} ${access} ${audit ?? "-"}`);
  });
  pageHeaders(app);
  // What is malformed below the root is answered in SCIM's form, which the app as such does not have.
  void app.register(
    (routes, _options, done) => {
      scimErrors(routes, context.log);
      guardDirectories(routes, context);
      discoveryRoutes(routes, context);
      userRoutes(routes, context);
      groupRoutes(routes, context);
      absentRoutes(routes);
      done();
    },
    { prefix: SCIM_ROOT },
  );
  return app;
}
