import { parseUrl } from "../serve/parse-url.ts";

/** A name or address with or without a port. Anything else in a `Host` header is no host. */
const HOST = /^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Scheme and host by which a request came: what the connection and `Host` say, or what a trusted proxy says in their place.
 * Empty when that is no origin; a malformed header is no reason to fail.
 */
export function requestOrigin(request: {
  readonly scheme: string;
  readonly host: string;
  readonly header: (name: string) => string | null;
  readonly trustProxy: boolean;
}): string {
  const { header, trustProxy } = request;
  const scheme = (trustProxy ? firstOf(header("x-forwarded-proto")) : null) ?? request.scheme;
  const host = (trustProxy ? firstOf(header("x-forwarded-host")) : null) ?? request.host;
  if ((scheme !== "http" && scheme !== "https") || !HOST.test(host)) return "";
  return parseUrl(`${scheme}://${host}`)?.origin ?? "";
}

/** Each proxy appends what it saw; the first is what the caller asked. */
function firstOf(list: string | null): string | null {
  const [first = ""] = (list ?? "").split(",");
  return first.trim() === "" ? null : first.trim().toLowerCase();
}
