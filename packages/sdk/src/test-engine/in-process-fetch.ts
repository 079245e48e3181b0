import { HoldfastError } from "@holdfast/protocol";
import type { Outbound } from "./outbound.ts";
import type { ServerPort } from "./server-port.ts";

/** Statuses whose answers have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** The world outside, as a test gives it. */
export type Outside = (request: Request) => Response | Promise<Response>;

/**
 * A `fetch` that reaches the server of a test in this process, and the world outside only as the test answers for it.
 * Whatever passes is noted as having left the app.
 */
export function inProcessFetch(options: {
  readonly server: Pick<ServerPort, "request" | "now">;
  readonly serverOrigin: string;
  readonly outbound: Outbound;
  readonly outside: Outside;
}): typeof fetch {
  const { outbound, outside, server, serverOrigin } = options;
  return async (input, init) => {
    const request = new Request(input, init);
    const { method, url } = request;
    const body = new Uint8Array(await request.clone().arrayBuffer());
    const headers = Object.fromEntries(request.headers);
    await outbound.note(
      { kind: "request", what: `${method} ${url}`, status: null, headers, at: new Date(server.now()) },
      body,
    );
    if (new URL(url).origin !== serverOrigin) return outside(request);
    const { pathname, search } = new URL(url);
    const answer = await server.request({
      method,
      url: pathname + search,
      headers,
      body: body.length === 0 ? null : body,
    });
    return new Response(BODILESS.has(answer.status) ? null : answer.body, {
      status: answer.status,
      headers: answer.headers,
    });
  };
}

/** What is outside when a test does not say. */
export function nothingOutside(request: Request): never {
  throw new HoldfastError(
    "server_unreachable",
    `Cannot reach ${new URL(request.url).origin} from a test: nothing outside is answered for.`,
    { next: "Give the test engine a fetch that answers it." },
  );
}
