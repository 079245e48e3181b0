/** Query parameters that belong to one sync, not to the app. */
const PASSING = ["deployId", "probe"];

/**
 * The URL of an app as it is kept and called: http or https, no credentials, no fragment, without what belongs to one sync,
 * the rest of the query in order (wire-protocol 4.6). Null, with the reason, for one that cannot be called.
 */
export function parseAppUrl(text: string): { readonly url: URL } | { readonly reason: string } {
  const url = URL.parse(text);
  if (url === null) return { reason: "is not a URL" };
  if (url.protocol === "ws:" || url.protocol === "wss:")
    return { reason: "is a WebSocket address, for Connect" };
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { reason: `must begin with http: or https:, not ${url.protocol}` };
  if (url.username !== "" || url.password !== "")
    return { reason: "must not hold a user name or a password" };
  url.hash = "";
  for (const name of PASSING) url.searchParams.delete(name);
  url.searchParams.sort();
  return { url };
}

/** Whether a value is a WebSocket address: workers that hold a connection open register under one. */
export function isConnectUrl(value: unknown): boolean {
  return typeof value === "string" && /^wss?:/i.test(value);
}

/** Whether two URLs name the same app on this machine or elsewhere: the ways to write "this machine" are one. */
export function sameApp(left: string, right: string): boolean {
  return comparable(left) === comparable(right);
}

function comparable(text: string): string {
  const parsed = parseAppUrl(text);
  if ("reason" in parsed) return text;
  const { url } = parsed;
  if (url.port !== "" && ["127.0.0.1", "0.0.0.0", "[::1]"].includes(url.hostname)) url.hostname = "localhost";
  return url.href;
}
