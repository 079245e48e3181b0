import type { RunId } from "@holdfast/protocol";
import { canonicalJson, HoldfastError, isUlid, LIMITS } from "@holdfast/protocol";
import type { EndpointRequest } from "./contract.ts";

/** Methods of requests that can be repeated and answered with a body. */
const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

/** SDKs that send the body of a request as base64 of its bytes; the others send it as text. */
const BYTES_SDK = /(?:^|-)go:/;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks what an app says of a request that came in at one of its durable endpoints (wire-protocol 16.2). Pure.
 *
 * @param sdk the header `x-inngest-sdk`
 * @throws HoldfastError `request_invalid`, `event_too_large`, `json_too_deep`, `json_number_out_of_range`
 */
export function parseEndpointRequest(raw: Fields, sdk: string | undefined): EndpointRequest {
  const runId = text(raw, "run_id").toUpperCase();
  if (!isUlid(runId)) refuse("run_id is not a ULID");
  const event = fields(raw["event"], "event");
  if (event["name"] !== "inngest/http.request") refuse('event.name must be "inngest/http.request"');
  const given = fields(event["data"], "event.data");
  const method = text(given, "method").toUpperCase();
  if (!METHODS.has(method)) refuse(`event.data.method must be one of ${[...METHODS].join(", ")}`);
  const path = text(given, "path");
  if (!path.startsWith("/")) refuse("event.data.path must begin with /");
  const contentType = optionalText(given, "content_type");
  // It goes into a header of the repeated request.
  if (/[^\t\u{20}-\u{7e}]/u.test(contentType)) refuse("event.data.content_type is not the value of a header");
  const data = canonicalJson({
    ...withoutInternals(given),
    method,
    path,
    content_type: contentType,
    query_params: optionalText(given, "query_params"),
    body: bodyText(given, sdk),
  });
  const bytes = Buffer.byteLength(data);
  if (bytes > LIMITS.eventBytes) {
    throw new HoldfastError(
      "event_too_large",
      `Invalid request body: the request is over the max size: Max ${LIMITS.eventBytes} bytes / Size ${bytes} bytes`,
    );
  }
  return {
    // It was checked above.
    runId: runId as RunId,
    domain: text(given, "domain"),
    method,
    path,
    name: optionalText(given, "fn") || null,
    retries: retriesOf(raw["retries"]),
    requestVersion: raw["request_version"] === 1 ? 1 : 2,
    idempotencyKey: optionalText(raw, "idempotency") || null,
    data,
  };
}

/** The body as text. It is sent as text when the request is repeated, so that bytes which are none are refused. */
function bodyText(data: Fields, sdk: string | undefined): string {
  const body = optionalText(data, "body");
  if (body === "" || !BYTES_SDK.test(sdk ?? "")) return body;
  const bytes = Buffer.from(body, "base64");
  if (bytes.toString("base64") !== body) refuse("event.data.body is not base64");
  const decoded = bytes.toString("utf8");
  if (!Buffer.from(decoded, "utf8").equals(bytes))
    refuse("event.data.body holds bytes that are not UTF-8 text");
  return decoded;
}

function retriesOf(value: unknown): number {
  if (value === undefined || value === null) return LIMITS.retriesDefault;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
    refuse("retries must be a whole number from 0 on");
  return Math.min(value, LIMITS.retriesMax);
}

/** Only the server speaks through `_inngest`. */
function withoutInternals(data: Fields): Fields {
  return Object.fromEntries(Object.entries(data).filter(([key]) => key !== "_inngest"));
}

function fields(value: unknown, name: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    refuse(`${name} must be an object`);
  return value as Fields;
}

function text(from: Fields, name: string): string {
  const value = optionalText(from, name);
  return value === "" ? refuse(`${name} is missing`) : value;
}

/** Empty for absent. */
function optionalText(from: Fields, name: string): string {
  const value = from[name];
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : refuse(`${name} must be text`);
}

function refuse(reason: string): never {
  throw new HoldfastError("request_invalid", `Invalid request body: ${reason}.`);
}
