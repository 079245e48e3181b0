import { formatUlid, HoldfastError, isHoldfastError } from "@holdfast/protocol";
import type { ClientState } from "../client/contract.ts";
import type { Middleware } from "../middleware/contract.ts";
import { endpointId, sealEndpointRequest } from "../payloads/endpoint-request.ts";
import { createRefusalLog } from "../serve/refusal-log.ts";
import { claimsReentry } from "./admit-reentry.ts";
import type { RequestOutcome } from "./answer-request.ts";
import { answerRequest } from "./answer-request.ts";
import { BegunRun } from "./begun-run.ts";
import type { CallerPlace } from "./caller-answer.ts";
import { callerAnswer, followUrl } from "./caller-answer.ts";
import type { CallerStream } from "./caller-stream.ts";
import { createCallerStream } from "./caller-stream.ts";
import type { Endpoint, EndpointHandler, EndpointOptions } from "./contract.ts";
import { endpointWork } from "./endpoint-record.ts";
import { createEndpointStream } from "./endpoint-stream.ts";
import { streamedResponse } from "./frames.ts";
import { readEndpointRequest } from "./read-request.ts";
import { reenter } from "./reenter.ts";
import { responseOf } from "./response.ts";
import { endpointSettings } from "./settings.ts";

/** Bytes of chance in a run's id. */
const ENTROPY_BYTES = 10;

/** An endpoint, ready for requests. */
interface Ready {
  readonly client: ClientState;
  readonly handler: EndpointHandler;
  readonly settings: CallerPlace["settings"];
}

/**
 * Makes a durable endpoint: a request is answered here and now, each of its steps once. What has to wait, or failed and is
 * tried again, goes on by the server's calls, and the caller is sent to where the outcome will be.
 *
 * @throws HoldfastError `function_invalid`, which names the option.
 */
export function createEndpoint(
  client: ClientState,
  handler: EndpointHandler,
  options: EndpointOptions = {},
): Endpoint {
  const settings = endpointSettings(client, options);
  const refusals = createRefusalLog(
    client.logger,
    client.world,
    "Only the server goes on with the run of an endpoint, and it signs what it sends.",
  );
  return async (request) => {
    const url = new URL(request.url);
    const origin = client.serveOrigin ?? url.origin;
    if (claimsReentry(request.headers)) {
      return reenter(request, { client, handler, settings, refusals, origin, url });
    }
    try {
      return await begin(request, { client, handler, settings }, { origin, url });
    } catch (error) {
      return refusedRequest(client, error);
    }
  };
}

async function begin(
  request: Request,
  { client, handler, settings }: Ready,
  { origin, url }: { readonly origin: string; readonly url: URL },
): Promise<Response> {
  const { functionId, retries } = settings;
  const { app, environment, stage, world } = client;
  const data = await readEndpointRequest(request, { app, origin, url, functionId });
  const runId = formatUlid(world.now(), world.random(ENTROPY_BYTES));
  const id = endpointId(data);
  const reported = await sealEndpointRequest(data, stage, { environment, app, functionId: id, runId });
  const run = new BegunRun(client, { runId, request: reported, retries });
  const place: CallerPlace = { client, settings, runId, url, method: data.method };
  const toCaller = data.is_streamed ? createCallerStream(world) : null;
  const { stream, hooks } = createEndpointStream(toCaller?.write ?? null, 0);
  const work = endpointWork(client, {
    id,
    retries,
    isOwn: true,
    handler,
    requestOf: () => request,
    stream,
    hooks: [beginning(run), hooks],
  });
  const outcome = answerRequest({
    client,
    runId,
    request: reported,
    work,
    run,
    onHandOver: (tokens) =>
      toCaller?.write({
        event: "inngest.redirect_info",
        data: {
          runId,
          url: followUrl(place, tokens, "stream"),
          outputUrl: followUrl(place, tokens, "output"),
        },
      }),
  });
  if (toCaller === null) return responseOf(callerAnswer(await outcome, place));
  toCaller.write({ event: "inngest.metadata", data: { runId } });
  void outcome.then((ended) => finish(toCaller, ended, place));
  const headers = {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  };
  return new Response(toCaller.body, { headers });
}

/** The server knows of the run before any of its steps is done. */
function beginning(run: BegunRun): Middleware {
  return {
    id: "holdfast/endpoint-beginning",
    async transformStepInput(_info, input) {
      await run.begin();
      return input;
    },
  };
}

/** The last frames to a caller who reads along. */
function finish(stream: CallerStream, outcome: RequestOutcome, place: CallerPlace): void {
  if (outcome.kind !== "continued") {
    const isAnswered = outcome.kind === "answered";
    const response = streamedResponse(callerAnswer(outcome, place));
    stream.write({
      event: isAnswered ? "inngest.commit" : "inngest.rollback",
      data: { hashedStepId: null },
    });
    stream.write({
      event: "inngest.response",
      data: { status: isAnswered ? "succeeded" : "failed", response },
    });
  }
  stream.close();
}

/** A request that cannot be answered durably, or a fault of ours. */
function refusedRequest(client: ClientState, error: unknown): Response {
  const headers = { "content-type": "application/json" };
  if (isHoldfastError(error, "request_invalid") || isHoldfastError(error, "body_too_large")) {
    const { code, details, message } = error;
    const asked = details["status"];
    const status = typeof asked === "number" ? asked : code === "body_too_large" ? 413 : 400;
    return new Response(JSON.stringify({ code, message }), { status, headers });
  }
  client.logger.error("A durable endpoint could not take a request.", error);
  const code = error instanceof HoldfastError ? error.code : "internal_error";
  const message = "The request could not be taken; the app's log has the reason.";
  return new Response(JSON.stringify({ code, message }), { status: 500, headers });
}
