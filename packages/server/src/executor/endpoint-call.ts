import { canonicalJson, Header, isHoldfastError } from "@holdfast/protocol";
import type { FunctionDefinition, Registry } from "#registry";
import type { QueueItem } from "#store";
import type { CallIdentity } from "./call-request.ts";
import { callHeaders } from "./call-request.ts";
import type { Reply } from "./reply.ts";
import type { RunState } from "./run-state.ts";

/** A request that was made to a durable endpoint, ready to be made again. */
export interface EndpointCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  /** Everything but the signature. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** What the signature is made over: the body in canonical form, where its receiver reads one. */
  readonly signed: string;
}

/** What `ingest` keeps of the request, in the event that started the run. */
interface OriginalRequest {
  readonly method: EndpointCall["method"];
  readonly path: string;
  readonly query_params: string;
  readonly content_type: string;
  readonly body: string;
}

/** Methods for which SDKs read the body and verify it. */
const VERIFIED: ReadonlySet<string> = new Set(["POST", "PUT"]);

/**
 * The call by which a durable endpoint goes on (wire-protocol 16.4): the original request once more, with headers that say
 * which run it is. State does not travel with it; the app fetches that. Null when the run was not started by a request.
 *
 * The origin is the function's, for which somebody vouched, and never one that the request named.
 */
export function endpointCall(
  state: RunState,
  item: QueueItem,
  definition: FunctionDefinition,
  identity: CallIdentity,
): EndpointCall | null {
  const original = originalRequest(state.events[0]);
  if (original === null) return null;
  const url = new URL(definition.url);
  // Set piece by piece: resolved against the origin, a path that begins with // would name another one.
  url.pathname = original.path;
  url.search = original.query_params;
  const body = original.method === "GET" || original.body === "" ? null : original.body;
  const headers: Record<string, string> = {
    ...callHeaders(state, item, identity),
    [Header.forceStepPlan]: String(state.run.forcePlan),
  };
  delete headers["content-type"];
  if (original.content_type !== "") headers["content-type"] = original.content_type;
  return {
    method: original.method,
    url: url.href,
    headers,
    body,
    signed: VERIFIED.has(original.method) ? signedForm(body ?? "") : "",
  };
}

/**
 * Why an endpoint is not called: nobody vouches for its origin any more. Tried again, for somebody may by then. Null for one
 * that may be called, and for any other function.
 */
export function unvouched(
  definition: FunctionDefinition,
  registry: Pick<Registry, "endpointOrigin">,
): Reply | null {
  if (definition.configuration.endpoint !== true) return null;
  const { origin } = new URL(definition.url);
  if (registry.endpointOrigin(origin) !== null) return null;
  const message = `No app is registered at ${origin}, and the server is not set to call durable endpoints there.`;
  return {
    kind: "failed",
    error: { name: "endpoint_not_vouched_for", message },
    noRetry: false,
    retryAt: null,
  };
}

/** The request in an event of this name, which nobody but the server can send; null for any other event. */
function originalRequest(event: string | undefined): OriginalRequest | null {
  const parsed = JSON.parse(event ?? "null") as { name: string; data: OriginalRequest } | null;
  return parsed?.name === "inngest/http.request" ? parsed.data : null;
}

/** A body as its receiver signs it anew: parsed, and text as it is, anything else in canonical form. */
function signedForm(body: string): string {
  if (body === "") return "";
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "string" ? value : canonicalJson(value);
  } catch (error) {
    if (error instanceof SyntaxError || isHoldfastError(error)) return body;
    throw error;
  }
}
