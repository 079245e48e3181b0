import { Header, HoldfastError, isHoldfastError } from "@holdfast/protocol";
import { toWebResponse } from "../adapters/web-exchange.ts";
import type { ClientState } from "../client/contract.ts";
import type { Call, CallAnswer } from "../execution/contract.ts";
import { execute } from "../execution/execute.ts";
import { ENDPOINT_EVENT, endpointId } from "../payloads/endpoint-request.ts";
import { sha1Hex } from "../platform/sha1.ts";
import { UNAUTHORIZED } from "../serve/refusal.ts";
import type { RefusalLog } from "../serve/refusal-log.ts";
import { SDK_NAME } from "../serve/sdk-version.ts";
import { admitReentry } from "./admit-reentry.ts";
import type { EndpointHandler } from "./contract.ts";
import { endpointWork } from "./endpoint-record.ts";
import { createEndpointStream } from "./endpoint-stream.ts";
import type { FrameSink } from "./frames.ts";
import { streamedResponse } from "./frames.ts";
import { repeatedRequest } from "./read-request.ts";
import { misfit, recordedRun } from "./recorded-run.ts";
import type { EndpointSettings } from "./settings.ts";
import { TeeStream } from "./tee-stream.ts";

/** An endpoint, and where a request to it came in. */
export interface ReentryDeps {
  readonly client: ClientState;
  readonly handler: EndpointHandler;
  readonly settings: EndpointSettings;
  readonly refusals: RefusalLog;
  readonly origin: string;
  readonly url: URL;
}

/**
 * Goes on with a run whose request the server makes again (wire-protocol 16.4). Who asks is decided first; then the run is
 * fetched with the app's key, and its recorded request must be this very one. Only then does code of the author's run.
 */
export async function reenter(request: Request, deps: ReentryDeps): Promise<Response> {
  const { client, origin, refusals, settings, url } = deps;
  const { headers, method } = request;
  const admission = await admitReentry(client, request, `${url.pathname}${url.search}`);
  if (!admission.isAdmitted) {
    refusals.note(admission.reason);
    return toWebResponse(admission.answer);
  }
  const { body, runId, verdict } = admission;
  let answer: CallAnswer;
  try {
    const call = await recordedRun(callOf(request, runId, settings), client);
    const contentType = headers.get("content-type") ?? "";
    const { functionId } = settings;
    const arrived = { app: client.app, functionId, origin, url, method, contentType, body };
    const fault = misfit(call, arrived);
    if (fault !== null) {
      refusals.note(`another ${fault}`);
      return toWebResponse(UNAUTHORIZED);
    }
    // By now the server has answered under the app's key: if it signs v2, somebody took that signature away.
    if (verdict?.scheme === "compat" && client.verifier?.expectsV2 === true) {
      refusals.note("downgrade");
      return toWebResponse(UNAUTHORIZED);
    }
    answer = await goOn(call, deps);
  } catch (error) {
    client.logger.error("A durable endpoint could not go on with a run.", error);
    answer = faultAnswer(error);
  }
  const plain = { status: answer.status, body: answer.body, headers: { ...sdkHeaders(), ...answer.headers } };
  const signed = verdict === null ? {} : await verdict.signAnswer(plain);
  return new Response(plain.body, { status: plain.status, headers: { ...plain.headers, ...signed } });
}

async function goOn(call: Call, { client, handler, settings }: ReentryDeps): Promise<CallAnswer> {
  const { data } = call.event;
  const tee = data["is_streamed"] === true ? new TeeStream(client, call.runId) : null;
  const sink: FrameSink | null = tee === null ? null : (frame) => tee.write(frame);
  const { stream, hooks } = createEndpointStream(sink, call.memos.size);
  const work = endpointWork(client, {
    id: endpointId(data),
    retries: settings.retries,
    isOwn: false,
    handler,
    requestOf: repeatedRequest,
    stream,
    hooks: [hooks],
  });
  const answer = await execute(call, { record: work.record, client });
  const response = work.response();
  if (answer.status === 200 && response !== null) {
    sink?.({ event: "inngest.commit", data: { hashedStepId: null } });
    sink?.({
      event: "inngest.response",
      data: { status: "succeeded", response: streamedResponse(response) },
    });
  } else if (answer.status >= 400) {
    sink?.({ event: "inngest.rollback", data: { hashedStepId: null } });
    if (answer.headers[Header.noRetry] === "true") {
      const body = JSON.stringify({ status: "failed", run_id: call.runId });
      const failed = { status: 500, headers: { "content-type": "application/json" }, body };
      sink?.({ event: "inngest.response", data: { status: "failed", response: streamedResponse(failed) } });
    }
  }
  await tee?.end();
  return answer.status === 200 ? completed(answer) : answer;
}

/** Each answer of an endpoint is a list of ops. */
function completed({ body, headers }: CallAnswer): CallAnswer {
  const head = JSON.stringify({ op: "RunComplete", id: sha1Hex("complete") });
  return { status: 206, body: `[${head.slice(0, -1)},"data":${body}}]`, headers };
}

/** The call that a request is for, as far as the request says: its events and steps are the server's to tell. */
function callOf({ headers }: Request, runId: string, { retries }: EndpointSettings): Call {
  const stepId = headers.get(Header.stepId) ?? "";
  const event = { name: ENDPOINT_EVENT, data: {}, id: "", ts: 0 };
  return {
    slug: "",
    runId,
    requestId: headers.get(Header.requestId) ?? "",
    jobId: headers.get(Header.jobId) ?? "",
    // The server counts attempts, and does not say how many there were.
    attempt: 0,
    maxAttempts: retries + 1,
    event,
    events: [event],
    memos: new Map(),
    stack: [],
    abortable: new Set(),
    targetStepId: stepId === "" || stepId === "step" ? null : stepId,
    isPlanOnly: headers.get(Header.forceStepPlan) === "true",
    requestVersion: headers.get(Header.requestVersion) === "1" ? 1 : 2,
    checkpoint: null,
  };
}

function faultAnswer(error: unknown): CallAnswer {
  const code = isHoldfastError(error) ? error.code : new HoldfastError("internal_error", "").code;
  const message = "The app's SDK could not answer; the app's log has the reason.";
  return {
    status: 500,
    body: JSON.stringify({ code, message, name: "HoldfastError" }),
    headers: { [Header.noRetry]: "false" },
  };
}

function sdkHeaders(): Readonly<Record<string, string>> {
  return {
    "content-type": "application/json",
    [Header.sdk]: SDK_NAME,
    [Header.sdkHandled]: "true",
    [Header.requestVersion]: "2",
  };
}
