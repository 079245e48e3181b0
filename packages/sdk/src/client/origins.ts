import { isLocalOrigin } from "../serve/local-host.ts";
import { parseUrl } from "../serve/parse-url.ts";
import type { Mode } from "./contract.ts";
import { settingFault } from "./setting-fault.ts";
import type { Given } from "./variables.ts";

const DEV_URL = "http://localhost:8288";

/** Where the server's URL may come from, the more specific over the general. */
export interface GivenOrigins {
  readonly option: Given | null;
  readonly api: Given | null;
  readonly events: Given | null;
  readonly base: Given | null;
  /** The URL that switched dev mode on. */
  readonly dev: Given | null;
}

/** Where the server is, without a slash at the end. */
export interface Origins {
  readonly api: string;
  readonly events: string;
}

/**
 * Where the server's API and its event API are. Keys travel there, so that http is for this machine and private networks
 * only, and in dev mode, where nothing is verified, so is the server.
 *
 * @throws HoldfastError `config_invalid` for a URL that cannot be used, and in production for none.
 */
export function resolveOrigins(given: GivenOrigins, mode: Mode): Origins {
  const general = given.option ?? given.base ?? (mode === "dev" ? given.dev : null);
  const api = given.option ?? given.api ?? general;
  const events = given.option ?? given.events ?? general;
  if (mode === "dev")
    return { api: originOf(api, mode) ?? DEV_URL, events: originOf(events, mode) ?? DEV_URL };
  // One of them alone says where the other is: a server has both.
  const [apiOrigin, eventOrigin] = [originOf(api ?? events, mode), originOf(events ?? api, mode)];
  if (apiOrigin === null || eventOrigin === null) {
    throw settingFault(
      "HOLDFAST_BASE_URL",
      "is not set, and there is no server to fall back to",
      "Name the server by HOLDFAST_BASE_URL or the option baseUrl; on a developer's machine set HOLDFAST_DEV=1.",
    );
  }
  return { api: apiOrigin, events: eventOrigin };
}

function originOf(given: Given | null, mode: Mode): string | null {
  if (given === null) return null;
  const { value, source } = given;
  const url = parseUrl(value);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw settingFault(source, "must be an http or https URL");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw settingFault(source, "must be a URL without a user name, a password, a query or a fragment");
  const isLocal = isLocalOrigin(url.origin);
  if (mode === "dev" && !isLocal) {
    throw settingFault(
      source,
      "must be on this machine or a private network in dev mode, where nothing is verified",
      "Use production mode with a signing key for a server elsewhere.",
    );
  }
  if (url.protocol === "http:" && !isLocal)
    throw settingFault(source, "must be https for a server that is not on this machine or a private network");
  return url.href.replace(/\/+$/, "");
}

/** Whether a URL names this very machine. */
export function isLoopback(origin: string): boolean {
  const host = parseUrl(origin)?.hostname ?? "";
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(?:\.\d+){3}$/.test(host)
  );
}
