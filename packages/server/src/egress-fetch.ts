import type { Egress } from "#egress";

/** Statuses whose answers have no body (Fetch, 2.2.3). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * The way out of the server in the shape of `fetch`, for libraries that ask for one: the same policy, limits and connections. An
 * error says what failed, and never the address's query or the body.
 */
export function egressFetch(
  egress: Egress,
  timeoutMs: number,
  bytesMax: number,
): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, { body, headers, method = "GET" }) => {
    const outcome = await egress.send({
      method: method as "GET" | "POST",
      url,
      headers: Object.fromEntries(new Headers(headers)),
      body: body === null || body === undefined ? null : textOf(body),
      timeoutMs,
      responseBytesMax: bytesMax,
    });
    if (outcome.kind === "failed") throw new TypeError(`egress: ${outcome.message}`);
    const { status } = outcome;
    // It was decoded on the way in.
    const { "content-encoding": _encoding, "content-length": _length, ...sent } = outcome.headers;
    return new Response(BODILESS.has(status) ? null : outcome.body, { status, headers: sent });
  };
}

function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  if (body instanceof URLSearchParams) return body.toString();
  if (body instanceof Uint8Array) return Buffer.from(body).toString("utf8");
  throw new TypeError("egress: a body of this kind is not sent");
}
