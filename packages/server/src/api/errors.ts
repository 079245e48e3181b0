import type { ErrorCode } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "#kernel";

/** The one table from error code to HTTP status; a code that is not listed is a fault of ours. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  json_invalid: 400,
  json_too_deep: 400,
  json_number_out_of_range: 400,
  request_invalid: 400,
  id_invalid: 400,
  cron_invalid: 400,
  duration_invalid: 400,
  op_invalid: 400,
  op_unknown: 400,
  event_invalid: 400,
  event_name_invalid: 400,
  event_name_reserved: 400,
  event_time_invalid: 400,
  event_session_invalid: 400,
  event_too_large: 400,
  events_too_many: 400,
  plaintext_refused: 400,
  server_kind_mismatch: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  checkpoint_stale: 409,
  run_state_gone: 410,
  body_too_large: 413,
  body_encoding_unsupported: 415,
  key_in_use: 409,
  token_in_url: 400,
  environment_unknown: 404,
  environment_archived: 410,
  legal_hold: 409,
  host_refused: 421,
  backlog_full: 429,
  mail_failed: 502,
  server_busy: 503,
  csrf: 403,
  invalid_credentials: 401,
  too_many_attempts: 429,
  challenge_required: 429,
  policy_violation: 422,
  link_invalid: 410,
  last_owner: 409,
  wrong_account: 409,
  sso_required: 403,
  mfa_required: 403,
  reauthentication_required: 403,
  insufficient_scope: 403,
  setup_required: 503,
  not_implemented: 501,
  store_closed: 503,
  store_failed: 503,
};

/** Codes past 499 that are no fault of ours and may be told in full. */
const PLAIN: ReadonlySet<ErrorCode> = new Set([
  "mail_failed",
  "not_implemented",
  "server_busy",
  "setup_required",
]);

/** HTTP status of an error. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 500;
}

/** What Fastify and our own code throw, as one of our errors. Anything unknown is `internal_error`, without its words. */
export function asHoldfastError(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new HoldfastError("body_too_large", "The request's body is too large.", { cause: error });
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new HoldfastError("request_invalid", "The request could not be read.", { cause: error });
  }
  return new HoldfastError("internal_error", "The server failed to process the request.", { cause: error });
}

/** Notes an error that is a fault of ours: its caller is told no more than a request id. */
export function logFailure(log: Log, request: FastifyRequest, error: HoldfastError): void {
  if (statusOf(error.code) < 500 || PLAIN.has(error.code)) return;
  const facts = {
    request: request.id,
    route: request.routeOptions.url,
    code: error.code,
    error: reasonOf(error),
  };
  log.error(facts, "a request failed");
}

/** What lies behind an error, for the log: the cause's own words, which no caller gets to see. */
export function reasonOf(error: HoldfastError): string {
  return error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error.message;
}

/** The error as its caller may see it: of a fault of ours the code and what to do, not the words, which may name files. */
export function forCaller(error: HoldfastError): HoldfastError {
  if (statusOf(error.code) < 500 || PLAIN.has(error.code)) return error;
  return new HoldfastError(error.code, "The server failed to process the request.", { next: error.next });
}

/** How long whoever met one of these has to wait, in seconds, when nobody knows better. */
export const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = { backlog_full: 5 };

/** Answers with an error in the envelope of the v0, v1 and register routes (wire-protocol 1.4); no field is ever null. */
export function sendError(reply: FastifyReply, error: HoldfastError, data?: unknown): FastifyReply {
  const status = statusOf(error.code);
  const { retryAfterSeconds } = error.details;
  const seconds = typeof retryAfterSeconds === "number" ? retryAfterSeconds : RETRY_AFTER_SECONDS[error.code];
  if (seconds !== undefined) void reply.header("retry-after", String(seconds));
  return reply.code(status).send({
    code: error.code,
    error: error.message,
    next: error.next,
    status,
    ...(data === undefined ? {} : { data }),
  });
}

/** What the reader of a run's output or stream is told without a token for it that is good now. */
export function tokenRefused(): HoldfastError {
  return new HoldfastError("unauthenticated", "Not authenticated", {
    next: "Ask the endpoint again: it gives out a new address.",
  });
}
