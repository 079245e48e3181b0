import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "./context.ts";
import { sendV2Error } from "./rest-v2/errors.ts";
import type { RefusalLog } from "./refusal-log.ts";

/**
 * Who may use a route. Every route says so in its configuration, and the server does not start with one that does not.
 * `event-key` routes check the key in their own path, `run-token` routes the token of one run.
 */
export type Access = "open" | "event-key" | "signing-key" | "run-token";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    /** In which form errors are answered; v1 when absent. */
    envelope?: "v1" | "v2";
    /** Parameters of the query that may be given several times. */
    repeatable?: readonly string[];
    /** The body is handed to the route as it comes in, and may take its time. */
    streamed?: boolean;
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
    if (request.routeOptions.config.envelope === "v2") {
      const [code, words] =
        verdict.reason === "missing"
          ? (["authorization_header_missing", "The request has no Authorization header."] as const)
          : (["invalid_signing_key", "The signing key is not one of this server's."] as const);
      void sendV2Error(reply, 401, code, words);
      return;
    }
    void reply.code(401).header("content-type", "text/plain; charset=utf-8").send("Authentication failed");
  });
}
