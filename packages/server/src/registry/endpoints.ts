import type { Digest, EnvironmentName } from "@holdfast/protocol";
import { canonicalJson, LIMITS } from "@holdfast/protocol";
import type { AppRecord, FunctionRecord, RegisteredApp } from "#store";
import type { Endpoint, EndpointPolicy, FunctionDefinition } from "./contract.ts";
import type { FunctionConfig } from "./function-config.ts";
import { identifierFault } from "./identifier.ts";
import { appId, functionId } from "./ids.ts";

const THIS_MACHINE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The origin at which an endpoint may be called, for the one its app gave. One that is vouched for under https is called
 * under https, since an app behind a proxy often takes itself for http. Null for any other. Pure.
 *
 * @param appUrls addresses at which apps registered
 */
export function vouchedOrigin(
  given: string,
  policy: EndpointPolicy,
  appUrls: readonly string[],
): string | null {
  const url = URL.parse(given);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return null;
  if (url.username !== "" || url.password !== "") return null;
  const vouched = new Set([...policy.origins, ...appUrls].map((text) => URL.parse(text)?.origin));
  if (vouched.has(url.origin)) return url.origin;
  const secure = `https://${url.host}`;
  if (url.protocol === "http:" && vouched.has(secure)) return secure;
  return policy.thisMachine && THIS_MACHINE.test(url.hostname) ? url.origin : null;
}

/**
 * Whether an app's name is that of durable endpoints: an origin. No app that registers may have one, so that neither can
 * be found in place of the other.
 */
export function isEndpointApp(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

/**
 * The name under which an endpoint is kept, among those its app has already. Paths may hold ids, so there can be any
 * number of them: beyond the limit for one app, and where a path is too long for a name, they share one for each method.
 */
export function endpointName({ method, name }: Endpoint, known: ReadonlySet<string>): string {
  const hasRoom = known.size < LIMITS.functionsPerAppCount - METHODS_COUNT_MAX;
  return known.has(name) || (hasRoom && identifierFault(name) === null) ? name : `${method} *`;
}

/** Names kept free for the methods. */
const METHODS_COUNT_MAX = 10;

/**
 * The slug of an endpoint. It begins with the origin, as no slug of an app that registered does, and with the slash after
 * it, which no origin holds: the endpoints of two apps never come to the same.
 */
export function endpointSlug(origin: string, name: string): string {
  return `${origin}/${name}`;
}

/** The app of an endpoint with this endpoint among its others, ready to be stored. Pure. */
export function endpointApp(
  { origin, retries }: Endpoint,
  name: string,
  others: readonly FunctionDefinition[],
  context: { readonly environment: EnvironmentName; readonly digest: Digest; readonly now: number },
): RegisteredApp {
  const { digest, environment, now } = context;
  const id = appId(environment, origin, digest);
  const record = (slug: string, shown: string, config: FunctionConfig): FunctionRecord => ({
    id: functionId(environment, origin, slug, digest),
    appId: id,
    environment,
    slug,
    name: shown,
    version: 1,
    config: canonicalJson(config),
    limits: {},
    archivedAt: null,
  });
  const slug = endpointSlug(origin, name);
  const functions = [
    ...others
      .filter((other) => other.slug !== slug)
      .map((other) => record(other.slug, other.name, other.configuration)),
    record(slug, name, { path: "/", retries, triggers: [], endpoint: true }),
  ].toSorted((left, right) => (left.slug < right.slug ? -1 : 1));
  const app: AppRecord = {
    id,
    environment,
    name: origin,
    url: `${origin}/`,
    checksum: digest.sha256Hex(canonicalJson(functions.map((each) => [each.slug, each.config]))),
    sdk: null,
    framework: null,
    appVersion: null,
    signatures: null,
    syncedAt: now,
    error: null,
  };
  return { app, functions, ticks: [] };
}
