import { isIP } from "node:net";
import { hostname } from "node:os";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";

/** Names by which this machine is reached from itself, and from containers on it. */
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]", "host.docker.internal"]);

/**
 * What browsers may do. In production any page may send events, and nothing else is shared across origins.
 * A development server asks for no key, so it must not be reachable by a page that happens to be open: a `Host` that is
 * not this machine (DNS rebinding) and an `Origin` that is not this machine are refused on every route.
 */
export function browserGuard(app: FastifyInstance, context: ApiContext): void {
  app.addHook("onRequest", (request, reply, done) => {
    if (context.mode === "dev" && !isExpected(request, context.isOnLan)) {
      void sendError(
        reply,
        new HoldfastError(
          "forbidden",
          "A development server answers this machine only: the request names another host or origin.",
        ),
      );
      return;
    }
    const { origin } = request.headers;
    if (origin !== undefined && request.routeOptions.config.access === "event-key") {
      void reply.header("access-control-allow-origin", origin).header("vary", "origin");
    }
    done();
  });
  app.options("/e/:key", { config: { access: "open" } }, (_request, reply) =>
    reply
      .code(204)
      .header("access-control-allow-methods", "POST")
      .header("access-control-allow-headers", "*")
      .header("access-control-max-age", "3600")
      .send(),
  );
}

/** Whether host and origin are this machine; on a network that was opened to, also its address there and its name. */
function isExpected(request: FastifyRequest, isOnLan: boolean): boolean {
  const isOurs = (host: string): boolean =>
    LOOPBACK.has(host) ||
    (isOnLan && (isIP(host.replace(/^\[|\]$/g, "")) !== 0 || host === hostname().toLowerCase()));
  if (!isOurs(hostOf(request.headers.host ?? ""))) return false;
  const { origin } = request.headers;
  if (origin === undefined) return true;
  const url = URL.parse(origin);
  return url !== null && isOurs(url.hostname);
}

function hostOf(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, "");
}
