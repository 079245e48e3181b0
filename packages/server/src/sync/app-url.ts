/** Query parameters that belong to one request, not to the app's address. */
const PASSING_PARAMETERS = ["deployId", "probe"];

export type AppUrl =
  | { readonly ok: true; readonly url: string }
  | {
      readonly ok: false;
      readonly code: "unsupported_protocol" | "config_invalid";
      readonly message: string;
    };

/** An app's address as it was given: `http://` is added when the scheme is missing, a fragment is dropped. */
export function parseAppUrl(text: string): AppUrl {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full))
    return { ok: false, code: "config_invalid", message: `Cannot sync "${text}": it is not a URL.` };
  const url = new URL(full);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return {
      ok: false,
      code: "unsupported_protocol",
      message: `Cannot sync the app at ${url.host}: "${url.protocol}" is not http or https.`,
    };
  }
  if (url.username !== "" || url.password !== "") {
    return {
      ok: false,
      code: "config_invalid",
      message: `Cannot sync the app at ${url.host}: its URL carries a user name or password.`,
    };
  }
  url.hash = "";
  return { ok: true, url: url.href };
}

/**
 * A form of the address in which two that mean the same app are equal (wire-protocol 4.6): the names of this machine
 * are one, the query is sorted, what belongs to one request is gone. For comparing only; calls use the address as given.
 */
export function comparableUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (isLocalHost(url.hostname)) url.hostname = "localhost";
  for (const name of PASSING_PARAMETERS) url.searchParams.delete(name);
  url.searchParams.sort();
  url.hash = "";
  return url.href;
}

/** The port of this machine that an address names, or null when it is another machine's. */
export function localPort(text: string): number | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (!isLocalHost(url.hostname)) return null;
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

/** The address as messages and logs may show it: a query may carry what protects a preview deployment. */
export function shownUrl(url: string): string {
  return url.split("?", 1)[0] ?? url;
}

/** Whether calls can be made to an address: apps that connect by themselves register `ws` addresses, or none. */
export function isCallable(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

/** `hostname` as `URL` writes it: in lower case, IPv6 in brackets, IPv4 in four decimals. */
function isLocalHost(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "0.0.0.0" ||
    hostname === "[::1]" ||
    hostname === "[::]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
