import { HoldfastError, LIMITS } from "@holdfast/protocol";
import { readWebBody } from "../adapters/web-body.ts";
import type { EndpointRequestData } from "../payloads/endpoint-request.ts";

/** Methods of requests that can be repeated and answered with a body. */
const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

/** Where a request came in. */
export interface RequestPlace {
  readonly app: string;
  /** Scheme and host by which the world reaches the app. */
  readonly origin: string;
  readonly url: URL;
  /** Empty when the endpoint has no id of its own. */
  readonly functionId: string;
}

/**
 * What has to be known of a request to make it again. Reads a copy, so that the request is as its handler expects it.
 *
 * @throws HoldfastError `request_invalid` for a method that cannot be repeated, a body that is no text, or one that was read
 * already; `body_too_large`.
 */
export async function readEndpointRequest(
  request: Request,
  place: RequestPlace,
): Promise<EndpointRequestData> {
  const { method, headers } = request;
  if (!METHODS.has(method)) {
    throw new HoldfastError("request_invalid", `A durable endpoint cannot answer ${method}.`, {
      details: { status: 405 },
    });
  }
  if (request.bodyUsed) {
    throw new HoldfastError("request_invalid", "The request's body was read before its endpoint was called.");
  }
  const bytes = await readWebBody(request.clone(), LIMITS.eventBytes);
  return {
    app: place.app,
    domain: place.origin,
    method,
    path: place.url.pathname,
    fn: place.functionId,
    ip: (headers.get("x-forwarded-for") ?? "").split(",")[0]?.trim() ?? "",
    content_type: headers.get("content-type") ?? "",
    query_params: place.url.search.slice(1),
    body: textOf(bytes),
    is_streamed: acceptsStream(headers.get("accept") ?? ""),
  };
}

/** The same request once more, for a call in which it is repeated. */
export function repeatedRequest(data: Readonly<Record<string, unknown>>): Request {
  const text = (name: string): string => {
    const value = data[name];
    return typeof value === "string" ? value : "";
  };
  const url = new URL(text("domain"));
  // Set piece by piece: resolved against the origin, a path that begins with // would name another one.
  url.pathname = text("path");
  url.search = text("query_params");
  const method = text("method");
  const type = text("content_type");
  const body = method === "GET" || text("body") === "" ? null : text("body");
  return new Request(url, { method, headers: type === "" ? {} : { "content-type": type }, body });
}

function acceptsStream(accept: string): boolean {
  return accept.split(",").some((type) => /^\s*text\/event-stream\s*(?:;|$)/i.test(type));
}

/** A body is sent as text when the request is made again, so that bytes which are none are refused. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new HoldfastError(
      "request_invalid",
      "The request's body is not UTF-8 text, and could not be sent again as it is.",
      { details: { status: 415 } },
    );
  }
}
