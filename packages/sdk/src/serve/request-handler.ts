import { Header, HoldfastError, isHoldfastError } from "@holdfast/protocol";
import type { RequestVerdict } from "../signatures/contract.ts";
import { admit } from "./admit.ts";
import type { PlainAnswer } from "./answer.ts";
import { jsonAnswer, sdkHeaders, signedAnswer, textAnswer } from "./answer.ts";
import { appUrl } from "./app-url.ts";
import type { Handler, IncomingRequest, OutgoingAnswer } from "./contract.ts";
import { fetchState } from "./fetch-state.ts";
import { introspection } from "./introspection.ts";
import { parseBody } from "./parse-body.ts";
import type { ParsedCall } from "./parse-call.ts";
import { parseCall } from "./parse-call.ts";
import { createRefusalLog } from "./refusal-log.ts";
import { register } from "./register.ts";
import { answeredRegistration } from "./registration.ts";
import type { ServedApp } from "./served-app.ts";
import { streamed } from "./stream.ts";

/** A request that was admitted. */
interface Admitted {
  readonly method: string;
  readonly target: string;
  readonly query: URLSearchParams;
  readonly origin: string;
  readonly body: Uint8Array;
  readonly verdict: (RequestVerdict & { readonly ok: true }) | null;
  readonly header: (name: string) => string | null;
}

/** The version of the protocol's requests that a run's first answer settles on. */
const REQUEST_VERSION = 2;

/**
 * The handler of an app's requests. One order of work for all of them: who asks is decided before anything else is
 * looked at, and only then is the request parsed, answered and the answer signed. Nothing is thrown at the framework.
 */
export function createRequestHandler(app: ServedApp): Handler {
  const { client } = app;
  const refusals = createRefusalLog(
    app.logger,
    client.world,
    client.mode === "dev"
      ? "In development mode an app answers this machine and private networks only, and no pages."
      : "Whoever calls the app must sign with its signing key.",
  );
  return async (request) => {
    const target = askedTarget(app, request);
    const admission = await admit(client, request, target);
    if (!admission.isAdmitted) {
      refusals.note(admission.reason);
      return admission.answer;
    }
    const { body, verdict } = admission;
    const query = new URLSearchParams(target.split("?").slice(1).join("?"));
    const header = (name: string): string | null => request.header(name);
    const { method, origin } = request;
    return answerTo(app, { method, target, query, origin, body, verdict, header });
  };
}

/** Path and query as the server asked for them: a path that was set is the one the world sees. */
function askedTarget(app: ServedApp, request: IncomingRequest): string {
  const { target } = request;
  if (app.servePath === null) return target;
  const queryAt = target.indexOf("?");
  return `${app.servePath}${queryAt === -1 ? "" : target.slice(queryAt)}`;
}

/** The answer to an admitted request. Never rejects. */
async function answerTo(app: ServedApp, request: Admitted): Promise<OutgoingAnswer> {
  const { verdict } = request;
  if (request.method !== "POST") return finished(app, verdict, () => plainAnswer(app, request));
  const prepared = await guarded(app, () => prepareCall(app, request));
  if ("status" in prepared) return finished(app, verdict, () => prepared);
  const work = (): Promise<PlainAnswer> => finished(app, verdict, () => runCall(app, prepared));
  if (!app.isStreaming) return work();
  return { status: 201, headers: sdkHeaders(app), body: streamed(app.client.world, work) };
}

function plainAnswer(app: ServedApp, request: Admitted): PlainAnswer | Promise<PlainAnswer> {
  switch (request.method) {
    case "GET":
      return jsonAnswer(app, 200, introspection(app, request.verdict !== null));
    case "PUT":
      return sync(app, request);
    default:
      return jsonAnswer(app, 405, { message: "Method not allowed" });
  }
}

/** An answer as it is sent, whatever goes wrong. Never rejects. */
async function finished(
  app: ServedApp,
  verdict: Admitted["verdict"],
  work: () => PlainAnswer | Promise<PlainAnswer>,
): Promise<PlainAnswer> {
  const answer = await guarded(app, work);
  try {
    return await signedAnswer(answer, verdict);
  } catch (error) {
    // An unsigned answer is taken for no more than a fault, and this one says no more.
    app.logger.error("An answer could not be signed.", error);
    return fault(app, "internal_error");
  }
}

/** Whatever goes wrong becomes an answer. */
async function guarded<Answer>(
  app: ServedApp,
  work: () => Answer | Promise<Answer>,
): Promise<Answer | PlainAnswer> {
  try {
    return await work();
  } catch (error) {
    return failure(app, error);
  }
}

/** Faults of a request, which its sender is told about. Everything else is ours, and in the log. */
const REQUEST_FAULTS: ReadonlySet<string> = new Set(["json_invalid", "request_invalid", "config_invalid"]);

function failure(app: ServedApp, error: unknown): PlainAnswer {
  if (isHoldfastError(error) && REQUEST_FAULTS.has(error.code)) {
    return jsonAnswer(app, 400, { code: error.code, message: error.message }, { [Header.noRetry]: "false" });
  }
  app.logger.error("A request of the server could not be answered.", error);
  return fault(app, isHoldfastError(error) ? error.code : "internal_error");
}

function fault(app: ServedApp, code: string): PlainAnswer {
  const message = "The app's SDK could not answer; the app's log has the reason.";
  return jsonAnswer(app, 500, { code, message, name: "HoldfastError" }, { [Header.noRetry]: "false" });
}

/** Everything about a call that is decided before code of the author's runs: the call, or an answer without one. */
function prepareCall(app: ServedApp, request: Admitted): PreparedCall | PlainAnswer {
  const { query } = request;
  assertPlain(query);
  const probe = query.get("probe");
  if (probe !== null) {
    if (probe === "trust") return textAnswer(app, 200, "");
    return jsonAnswer(app, 400, { code: "request_invalid", message: "There is no such probe." });
  }
  const slug = query.get("fnId") ?? "";
  const record = app.records.get(slug);
  if (record === undefined) {
    const message =
      slug === ""
        ? "No function ID found in the request's query."
        : `Cannot call ${JSON.stringify(slug)}: it was not found in this app.`;
    return jsonAnswer(app, 500, { code: "not_found", message, name: "Error" }, { [Header.noRetry]: "false" });
  }
  const body = parseBody(request.body);
  const parsed = parseCall({ body, query, header: request.header, slug, retries: record.retries });
  return { ...parsed, record };
}

type PreparedCall = ParsedCall & { readonly record: Parameters<ServedApp["execute"]>[1]["record"] };

async function runCall(app: ServedApp, prepared: PreparedCall): Promise<PlainAnswer> {
  const { isStateElsewhere, record } = prepared;
  const { client } = app;
  const call = isStateElsewhere ? await fetchState(prepared.call, client.api) : prepared.call;
  const { status, body, headers } = await app.execute(call, { record, client });
  assertWritable(headers);
  const version = call.requestVersion === -1 ? REQUEST_VERSION : call.requestVersion;
  return textAnswer(app, status, body, { [Header.requestVersion]: String(version), ...headers });
}

/** A header that cannot be written would be thrown at the framework. An author's words may be in one. */
function assertWritable(headers: Readonly<Record<string, string>>): void {
  const broken = Object.entries(headers).find(([, value]) => !/^[\x20-\x7e]*$/.test(value));
  if (broken === undefined) return;
  throw new HoldfastError(
    "internal_error",
    `The header ${broken[0]} of an answer has characters that no header may have.`,
  );
}

/** A PUT: the app hands over its registration, in the answer or by a call of its own (wire-protocol 4.1). */
async function sync(app: ServedApp, request: Admitted): Promise<PlainAnswer> {
  assertPlain(request.query);
  const { client } = app;
  const url = appUrl({
    serveOrigin: app.serveOrigin,
    servePath: app.servePath,
    askedUrl: request.verdict === null ? null : askedUrl(request.body),
    requestUrl: request.verdict === null ? `${request.origin}${request.target}` : null,
  });
  if (client.isInBandSyncAllowed && request.header(Header.syncKind) === "in_band") {
    return jsonAnswer(app, 200, answeredRegistration(app, url), { [Header.syncKind]: "in_band" });
  }
  const deployId = request.query.get("deployId");
  const serverKind = request.header(Header.serverKind);
  const { status, message, modified } = await register(app, { url, deployId, serverKind });
  return jsonAnswer(app, status, { message, modified }, { [Header.syncKind]: "out_of_band" });
}

/** Of a parameter that is given twice, one reader takes the first and another the last. */
function assertPlain(query: URLSearchParams): void {
  const repeated = [...query.keys()].find((name) => query.getAll(name).length > 1);
  if (repeated === undefined) return;
  throw new HoldfastError("request_invalid", `The query names ${JSON.stringify(repeated)} more than once.`);
}

/**
 * The address in a PUT's body: `{"url": …}` and nothing else, so that no other signed text can be passed off as one.
 * Null for a PUT without a body.
 */
function askedUrl(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return null;
  const value = parseBody(bytes);
  if (typeof value === "object" && value !== null && Object.keys(value).join() === "url" && "url" in value) {
    if (typeof value.url === "string") return value.url;
  }
  throw new HoldfastError("request_invalid", 'The body is not of the form {"url": "…"}.');
}
