import { canonicalJson, LIMITS } from "@holdfast/protocol";
import type { WireError } from "@holdfast/protocol";
import type { EgressRequest } from "#egress";
import type { ReportedOp } from "./reported-op.ts";

/** A request the server makes for an app, ready to be sent. */
export type GatewayRequest = Pick<EgressRequest, "method" | "url" | "headers" | "body">;

const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]);

/** Headers that the connection owns, and those by which we speak to apps: a step must not pass for the server. */
const FORBIDDEN =
  /^(?:host|connection|content-length|transfer-encoding|upgrade|te|trailer|keep-alive|proxy-.*|x-inngest-.*)$/i;

/** A header's name, and what its value may hold (RFC 9110, 5.1 and 5.5). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The request of a `Gateway` or `AIGateway` op (wire-protocol 7.2, 7.3), from the op's `opts`. Pure.
 *
 * @returns an error, by which the step fails for good, where the op asks for what cannot be sent
 */
export function gatewayRequest(
  kind: "Gateway" | "AIGateway",
  opts: ReportedOp["opts"],
): GatewayRequest | { readonly error: WireError } {
  const name = kind === "Gateway" ? "GatewayError" : "AIGatewayError";
  const refuse = (message: string): { error: WireError } => ({ error: { name, message } });
  const url = urlOf(opts["url"]);
  if (url === null) return refuse("The step must name an http or https URL.");
  const headers = new Map<string, string>();
  if (kind === "AIGateway") {
    headers.set("content-type", "application/json");
    authorise(url, headers, opts);
  }
  const given = opts["headers"];
  if (given !== undefined && given !== null) {
    if (typeof given !== "object" || Array.isArray(given))
      return refuse("The step's headers must be an object.");
    for (const [header, value] of Object.entries(given)) {
      const text = Array.isArray(value) ? value.join(", ") : String(value);
      if (!HEADER_NAME.test(header) || !HEADER_VALUE.test(text))
        return refuse(`The header "${header.slice(0, 80)}" is not valid.`);
      if (!FORBIDDEN.test(header)) headers.set(header.toLowerCase(), text);
    }
  }
  const asked = kind === "AIGateway" ? "POST" : (opts["method"] ?? "POST");
  const method = typeof asked === "string" ? asked.toUpperCase() : typeof asked;
  if (!METHODS.has(method)) return refuse(`The method "${method.slice(0, 20)}" is not supported.`);
  const body = bodyOf(kind, opts["body"], method);
  if (body !== null && Buffer.byteLength(body) > LIMITS.inlineRequestBytes) {
    return refuse(`The body is over ${LIMITS.inlineRequestBytes} bytes.`);
  }
  return {
    // One of the set above.
    method: method as GatewayRequest["method"],
    url: url.href,
    headers: Object.fromEntries(headers),
    body,
  };
}

function urlOf(value: unknown): URL | null {
  if (typeof value !== "string" || !URL.canParse(value)) return null;
  const url = new URL(value);
  return url.protocol === "http:" || url.protocol === "https:" ? url : null;
}

/** Providers want their key in different places (7.3). */
function authorise(url: URL, headers: Map<string, string>, opts: ReportedOp["opts"]): void {
  const key = opts["auth_key"];
  if (typeof key !== "string" || key === "" || !HEADER_VALUE.test(key)) return;
  switch (opts["format"]) {
    case "gemini":
      url.searchParams.set("key", key);
      return;
    case "anthropic":
      headers.set("x-api-key", key);
      return;
    case "bedrock":
      headers.set("authorization", key);
      return;
    default:
      headers.set("authorization", `Bearer ${key}`);
  }
}

function bodyOf(kind: "Gateway" | "AIGateway", body: unknown, method: string): string | null {
  if (method === "GET" || method === "HEAD" || body === undefined || body === null) return null;
  return kind === "Gateway" && typeof body === "string" ? body : canonicalJson(body);
}
