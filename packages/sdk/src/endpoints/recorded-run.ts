import { HoldfastError } from "@holdfast/protocol";
import type { ClientState } from "../client/contract.ts";
import type { Call } from "../execution/contract.ts";
import { ENDPOINT_EVENT } from "../payloads/endpoint-request.ts";
import { fetchState } from "../serve/fetch-state.ts";
import { parseUrl } from "../serve/parse-url.ts";

/** A request as it came in again. */
export interface ArrivedRequest {
  /** The app and the endpoint that got it; the endpoint's name is empty when it has none of its own. */
  readonly app: string;
  readonly functionId: string;
  readonly origin: string;
  readonly url: URL;
  readonly method: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/**
 * The call with the events and finished steps of its run, fetched from the server with the app's key.
 *
 * @throws HoldfastError `server_unreachable`, `run_state_gone`, `request_failed`, `request_invalid`.
 */
export async function recordedRun(call: Call, { api }: Pick<ClientState, "api">): Promise<Call> {
  const fetched = await fetchState(call, api);
  const [event] = fetched.events;
  if (event === undefined || event === call.event) {
    throw new HoldfastError("request_invalid", "Cannot go on with a run: the server has no event of it.");
  }
  return { ...fetched, event };
}

/**
 * Why a request is not the one that began a run, or null when it is. What is compared is what the server recorded, under the
 * app's key, when the app began the run: whoever has one signature can put any run's id beside it.
 */
export function misfit(
  { event }: Pick<Call, "event">,
  arrived: ArrivedRequest,
): "event" | "app" | "endpoint" | "origin" | "method" | "address" | "content type" | "body" | null {
  // Nobody but the server can send it.
  if (event.name !== ENDPOINT_EVENT) return "event";
  const { data } = event;
  // Some servers keep no more of the request than they know.
  if ((data["app"] ?? arrived.app) !== arrived.app) return "app";
  if ((data["fn"] ?? "") !== arrived.functionId) return "endpoint";
  const host = parseUrl(String(data["domain"]))?.host;
  if (host === undefined || host !== parseUrl(arrived.origin)?.host) return "origin";
  const { body, contentType, method, url } = arrived;
  if (data["method"] !== method) return "method";
  if (data["path"] !== url.pathname || (data["query_params"] ?? "") !== url.search.slice(1)) return "address";
  if ((data["content_type"] ?? "") !== contentType) return "content type";
  const recorded = method === "GET" ? "" : (data["body"] ?? "");
  return typeof recorded === "string" && isSameText(recorded, body) ? null : "body";
}

function isSameText(text: string, bytes: Uint8Array): boolean {
  const expected = new TextEncoder().encode(text);
  return expected.length === bytes.length && expected.every((byte, index) => byte === bytes[index]);
}
