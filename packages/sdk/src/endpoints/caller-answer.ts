import type { HoldfastError } from "@holdfast/protocol";
import type { ClientState } from "../client/contract.ts";
import type { RequestOutcome } from "./answer-request.ts";
import type { RunTokens } from "./begun-run.ts";
import type { RecordedResponse } from "./contract.ts";
import type { EndpointSettings } from "./settings.ts";

/** The request that a caller made. */
export interface CallerPlace {
  readonly client: ClientState;
  readonly settings: EndpointSettings;
  readonly runId: string;
  readonly url: URL;
  readonly method: string;
}

const JSON_TYPE = { "content-type": "application/json" };
/** What carries a token is for its caller, and is kept and passed on by nobody. */
const PRIVATE = { "cache-control": "no-store", "referrer-policy": "no-referrer" };

/** What the caller of an endpoint gets. */
export function callerAnswer(outcome: RequestOutcome, place: CallerPlace): RecordedResponse {
  switch (outcome.kind) {
    case "answered":
      return outcome.response;
    case "failed":
      return failedAnswer(place, outcome.error);
    case "unavailable":
      return unavailableAnswer(place.client, outcome.fault);
    case "continued":
      return continuedAnswer(place, outcome.tokens);
  }
}

/** Where a caller finds the outcome of his run, or its stream: at the app's own proxy where it has one. */
export function followUrl(
  { client, settings, runId, url }: CallerPlace,
  tokens: RunTokens,
  what: "output" | "stream",
): string {
  if (settings.asyncRedirectUrl !== null) {
    const proxy = new URL(settings.asyncRedirectUrl, url);
    proxy.searchParams.set("runId", runId);
    proxy.searchParams.set("token", tokens[what]);
    if (what === "stream") proxy.searchParams.set("stream", "true");
    return proxy.href;
  }
  const token = encodeURIComponent(tokens[what]);
  return what === "stream"
    ? `${client.apiOrigin}/v1/realtime/sse?token=${token}`
    : `${client.apiOrigin}/v1/http/runs/${runId}/output?token=${token}`;
}

function continuedAnswer(place: CallerPlace, tokens: RunTokens): RecordedResponse {
  const { method, runId, settings } = place;
  if (settings.asyncResponse === "token" || tokens.output === "") {
    const body = JSON.stringify({ run_id: runId, token: tokens.output });
    return { status: 200, headers: { ...JSON_TYPE, ...PRIVATE }, body };
  }
  // Clients repeat other methods where a 302 sends them, and the outcome is read by GET.
  const status = method === "GET" || method === "POST" ? 302 : 303;
  return { status, headers: { location: followUrl(place, tokens, "output"), ...PRIVATE }, body: "" };
}

/** In production a caller learns that it failed: an error's words are for the app's log and for the run's. */
function failedAnswer({ client, runId }: CallerPlace, error: unknown): RecordedResponse {
  const shown =
    error instanceof Error
      ? { name: error.name, message: error.message }
      : { name: "Error", message: String(error) };
  const body = { status: "failed", run_id: runId, ...(client.mode === "dev" ? { error: shown } : {}) };
  return { status: 500, headers: JSON_TYPE, body: JSON.stringify(body) };
}

function unavailableAnswer(client: ClientState, fault: HoldfastError): RecordedResponse {
  client.logger.error("A durable endpoint could not begin its run.", fault);
  const message = client.mode === "dev" ? fault.message : "The request could not be begun. Try again later.";
  return { status: 503, headers: JSON_TYPE, body: JSON.stringify({ code: fault.code, message }) };
}
