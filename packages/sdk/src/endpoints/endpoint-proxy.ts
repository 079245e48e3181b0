import { HoldfastError, isUlid, LIMITS } from "@holdfast/protocol";
import { readWebBody } from "../adapters/web-body.ts";
import type { ClientState } from "../client/contract.ts";
import { atEndpointAnswer } from "../payloads/run-place.ts";
import type { Endpoint } from "./contract.ts";
import { frameText } from "./frames.ts";
import { readFrames } from "./read-frames.ts";
import { parseRecorded, responseOf } from "./response.ts";
import { openFrame } from "./seal-frame.ts";

/** As the server makes them, with room to spare. */
const TOKEN = /^[A-Za-z0-9_.-]{1,4096}$/;

/** Callers are often pages of another origin. What opens an outcome is the token, which no browser adds by itself. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET",
  "access-control-allow-headers": "accept, content-type",
};
const HEADERS = { ...CORS, "cache-control": "no-store", "referrer-policy": "no-referrer" };

/**
 * Serves the outcomes of requests that went on without their callers, and their streams, from the app's own address: it asks
 * the server with the caller's token, and opens what the app sealed. It takes `runId` and `token` from the query, and
 * reveals nothing without a token that the server accepts for that run.
 */
export function createEndpointProxy(client: ClientState): Endpoint {
  return async (request) => {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
    if (request.method !== "GET") return said(405, "request_invalid", "An outcome is read by GET.");
    const query = new URL(request.url).searchParams;
    const [runId, token] = [query.get("runId") ?? "", query.get("token") ?? ""];
    if (!isUlid(runId) || !TOKEN.test(token)) {
      return said(400, "request_invalid", "The query must name runId and token.");
    }
    try {
      return await (query.get("stream") === "true"
        ? streamOf(client, runId, token, request.signal)
        : outcomeOf(client, runId, token, request.signal));
    } catch (error) {
      client.logger.error("The outcome of a durable endpoint could not be handed on.", error);
      const code = error instanceof HoldfastError ? error.code : "internal_error";
      return said(502, code, "The outcome could not be read; the app's log has the reason.");
    }
  };
}

async function outcomeOf(
  client: ClientState,
  runId: string,
  token: string,
  signal: AbortSignal,
): Promise<Response> {
  const path = `/v1/http/runs/${runId}/output?token=${encodeURIComponent(token)}`;
  const answer = await ask(client, path, signal);
  const { status } = answer;
  const text = new TextDecoder().decode(await readWebBody(answer, LIMITS.callBodyBytes));
  if (status === 401) return said(401, "unauthenticated", "The token is not good for this run.");
  if (status === 404) return said(404, "not_found", "There is no such run.");
  const failed = status === 500 ? failureOf(text) : null;
  if (failed !== null) return json(500, { ...failed, run_id: runId });
  if (!client.stage.isSealing) return passedOn(answer, text);
  if (status !== 200) return said(502, "request_failed", "The server did not tell the outcome.");
  const { app, environment, stage } = client;
  const value: unknown = JSON.parse(text);
  // The server's own word, which nobody sealed.
  if (isFields(value) && value["status"] === "running") return json(200, { status: "running" });
  const opened = parseRecorded(await stage.open(value, atEndpointAnswer({ environment, app, runId })));
  if (opened === null) throw new HoldfastError("request_failed", "What was recorded is no response.");
  const response = responseOf(opened);
  for (const [name, each] of Object.entries(HEADERS)) response.headers.set(name, each);
  return response;
}

/** The server's answer as it is, with those of its headers that speak of the content, and keep it from running as ours. */
function passedOn({ headers, status }: Response, text: string): Response {
  const kept = new Headers(HEADERS);
  for (const name of ["content-type", "location", "content-security-policy", "x-content-type-options"]) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return new Response(status === 204 || status === 304 ? null : text, { status, headers: kept });
}

/** What the server says of a run that did not complete. Why it failed is for logs: the caller learns that it did. */
function failureOf(text: string): { readonly status: "failed" | "cancelled" } | null {
  const value = parsed(text);
  if (!isFields(value) || !("error" in value)) return null;
  const { status } = value;
  return status === "failed" || status === "cancelled" ? { status } : null;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function streamOf(
  client: ClientState,
  runId: string,
  token: string,
  signal: AbortSignal,
): Promise<Response> {
  const answer = await ask(client, `/v1/realtime/sse?token=${encodeURIComponent(token)}`, signal);
  if (answer.status !== 200 || answer.body === null) {
    return said(answer.status === 401 ? 401 : 502, "request_failed", "There is no stream.");
  }
  const { app, environment, logger, stage } = client;
  const frames = readFrames(answer.body);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await frames.next();
        if (next.done === true) {
          controller.close();
          return;
        }
        const frame = await openFrame(next.value, stage, { environment, app, runId });
        controller.enqueue(encoder.encode(frameText(frame)));
      } catch (error) {
        if (!signal.aborted) logger.error("The stream of a durable endpoint broke off.", error);
        controller.close();
        await frames.return(undefined);
      }
    },
    async cancel() {
      await frames.return(undefined);
    },
  });
  return new Response(body, { headers: { ...HEADERS, "content-type": "text/event-stream" } });
}

/** Asks the server with the caller's token, and with nothing of the app's. */
async function ask({ apiOrigin, world }: ClientState, path: string, signal: AbortSignal): Promise<Response> {
  try {
    return await world.fetch(apiOrigin + path, { signal, redirect: "manual" });
  } catch {
    // Its message may quote the address, and with it the token.
    throw new HoldfastError("server_unreachable", "Cannot reach the server for the outcome of a run.");
  }
}

function json(status: number, value: unknown): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { ...HEADERS, "content-type": "application/json" },
  });
}

function said(status: number, code: string, message: string): Response {
  return json(status, { code, message });
}
