import { HoldfastError } from "@holdfast/protocol";
import { parseUrl } from "./parse-url.ts";

/** Query parameters that belong to one request, not to the app's address. */
const PASSING_PARAMETERS = ["deployId", "probe", "fnId", "stepId"];

export interface AddressFacts {
  /** From the settings; null where nothing was set. */
  readonly serveOrigin: string | null;
  readonly servePath: string | null;
  /** The `url` of a verified PUT: where the server reached the app. Null without one. */
  readonly askedUrl: string | null;
  /** Where the request says it went, by its `Host`. Null where that is not to be believed: in production. */
  readonly requestUrl: string | null;
}

/**
 * The address under which an app registers. What was set stands; then the address at which the server says it reached the
 * app, which is signed; and in development the request's own. In production a `Host` header decides nothing: whoever
 * writes it would be sent the app's calls.
 *
 * @throws HoldfastError `config_invalid` when nothing tells the address.
 */
export function appUrl(facts: AddressFacts): string {
  const told = parsed(facts.askedUrl) ?? parsed(facts.requestUrl);
  const origin = facts.serveOrigin ?? told?.origin ?? null;
  const path = facts.servePath ?? (told === null ? null : `${told.pathname}${told.search}`);
  const url = origin === null || path === null ? null : parsed(new URL(path, origin).href);
  if (url !== null) return url.href;
  throw new HoldfastError(
    "config_invalid",
    "Cannot register: the app's address is not known, since the request does not name it and no serveOrigin and servePath are set.",
    { next: "Set serveOrigin and servePath, or let the server make the request." },
  );
}

function parsed(text: string | null): URL | null {
  const url = text === null ? null : parseUrl(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return null;
  if (url.username !== "" || url.password !== "") return null;
  url.hash = "";
  for (const name of PASSING_PARAMETERS) url.searchParams.delete(name);
  return url;
}
