import type { IncomingRequest, OutgoingAnswer } from "../serve/contract.ts";
import { parseUrl } from "../serve/parse-url.ts";
import { requestOrigin } from "./request-origin.ts";
import { readWebBody } from "./web-body.ts";

/** A web `Request` as the handler takes it. */
export function fromWebRequest(
  request: Request,
  options: {
    readonly trustProxy?: boolean | undefined;
    /** How to get at the body when a framework may have read it already and keeps it. */
    readonly body?: (bytesMax: number) => Promise<Uint8Array>;
  } = {},
): IncomingRequest {
  const url = parseUrl(request.url);
  const header = (name: string): string | null => request.headers.get(name);
  return {
    method: request.method,
    target: url === null ? "/" : `${url.pathname}${url.search}`,
    origin: requestOrigin({
      scheme: url?.protocol.slice(0, -1) ?? "",
      host: url?.host ?? "",
      header,
      trustProxy: options.trustProxy === true,
    }),
    header,
    body: options.body ?? ((bytesMax) => readWebBody(request, bytesMax)),
  };
}

/** The handler's answer as a web `Response`. */
export function toWebResponse({ status, headers, body }: OutgoingAnswer): Response {
  return new Response(body, { status, headers });
}
