import { BlockList, isIP } from "node:net";
import { hostname } from "node:os";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import { EVENT_ROUTE } from "./event-route.ts";

/** Names by which this machine is reached from itself, and from containers on it. */
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]", "host.docker.internal"]);

/**
 * What browsers may do. In production pages may send events, those that the event key admits, and nothing else is shared
 * across origins.
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
    done();
  });
  app.options(EVENT_ROUTE, { config: { access: "open" } }, (request, reply) => {
    // A browser's question beforehand gets the same answer as the request itself.
    const { key = "" } = request.params as { key?: string };
    const origin = request.headers.origin ?? null;
    const verdict = context.keys.checkEventKey({ key, address: request.ip, origin });
    if (verdict.ok) shareWith(reply, verdict.corsOrigin);
    return reply
      .code(204)
      .header("access-control-allow-methods", "POST")
      .header("access-control-allow-headers", "*")
      .header("access-control-max-age", "3600")
      .send();
  });
}

/** Lets pages of an origin read the answer; caches are told that it depends on who asks. */
export function shareWith(reply: FastifyReply, origin: string | null): void {
  if (origin !== null) void reply.header("access-control-allow-origin", origin);
  void reply.header("vary", "origin");
}

/**
 * Whether host and origin are this machine; on a network that was opened to, also its address there and its name. Any
 * address will do for a host, because no name was asked that could be rebound. A page, though, must come from the same
 * host or from a private network: the internet has pages without a name, too.
 */
function isExpected(request: FastifyRequest, isOnLan: boolean): boolean {
  const isThisMachine = (host: string): boolean =>
    LOOPBACK.has(host) || (isOnLan && host === hostname().toLowerCase());
  const host = hostOf(request.headers.host ?? "");
  if (!isThisMachine(host) && !(isOnLan && isIP(bare(host)) !== 0)) return false;
  const { origin } = request.headers;
  if (origin === undefined) return true;
  const page = URL.parse(origin)?.hostname;
  if (page === undefined) return false;
  return isThisMachine(page) || (isOnLan && (page === host || isPrivateAddress(bare(page))));
}

/** Networks that the internet does not reach (RFC 1918, 3927, 4193, 4291, 6598). */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  PRIVATE.addSubnet(network, prefix, "ipv4");
}
PRIVATE.addSubnet("fc00::", 7, "ipv6");
PRIVATE.addSubnet("fe80::", 10, "ipv6");

function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && PRIVATE.check(address, family === 4 ? "ipv4" : "ipv6");
}

/** An address without the brackets that it has in a URL. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

function hostOf(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, "");
}
