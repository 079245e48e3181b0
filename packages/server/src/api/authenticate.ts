import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "./context.ts";
import type { RefusalLog } from "./refusal-log.ts";

/**
 * Who may use a route. Every route says so in its configuration, and the server does not start with one that does not.
 * `event-key` routes check the key in their own path.
 */
export type Access = "open" | "event-key" | "signing-key";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
  }
}

/** Stands at the door: nothing of a request is parsed before its caller is known. */
export function authenticate(
  app: FastifyInstance,
  context: ApiContext,
  refusals: RefusalLog,
  onRoute: (route: string) => void,
): void {
  app.addHook("onRoute", (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`Route ${String(route.method)} ${route.url} does not say who may use it`);
    }
    onRoute(`${String(route.method)} ${route.url} ${route.config.access}`);
  });
  app.addHook("onRequest", (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    if (request.routeOptions.config.access !== "signing-key") {
      done();
      return;
    }
    const verdict = context.keys.checkBearer(request.headers.authorization);
    if (verdict.ok) {
      done();
      return;
    }
    refusals.note("signing-key", verdict.reason);
    void reply.code(401).header("content-type", "text/plain; charset=utf-8").send("Authentication failed");
  });
}
