import type { ErrorCode } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyReply } from "fastify";
import { statusOf } from "../errors.ts";

/** What REST v2 calls the errors it answers with (wire-protocol section 20). */
export type V2Code =
  | "access_denied"
  | "api_error"
  | "authorization_header_missing"
  | "function_debounced"
  | "function_skipped"
  | "idempotency_conflict"
  | "insufficient_scope"
  | "internal_error"
  | "invalid_field_format"
  | "invalid_request"
  | "invalid_signing_key"
  | "missing_field"
  | "not_found"
  | "not_implemented"
  | "plaintext_refused"
  | "rate_limited"
  | "reauthentication_required"
  | "run_already_cancelled"
  | "run_already_ended"
  | "validation_error";

/** Our codes in the words of v2. What is not listed is `api_error`. */
const V2_CODES: Partial<Record<ErrorCode, V2Code>> = {
  body_encoding_unsupported: "invalid_request",
  body_too_large: "validation_error",
  event_invalid: "validation_error",
  event_name_invalid: "invalid_field_format",
  event_name_reserved: "invalid_field_format",
  event_session_invalid: "validation_error",
  event_time_invalid: "invalid_field_format",
  event_too_large: "validation_error",
  forbidden: "access_denied",
  id_invalid: "invalid_field_format",
  insufficient_scope: "insufficient_scope",
  internal_error: "internal_error",
  json_invalid: "invalid_request",
  json_number_out_of_range: "invalid_request",
  json_too_deep: "invalid_request",
  not_found: "not_found",
  not_implemented: "not_implemented",
  plaintext_refused: "plaintext_refused",
  reauthentication_required: "reauthentication_required",
  request_invalid: "invalid_request",
  store_closed: "internal_error",
  store_failed: "internal_error",
};

/** What v2 calls one of our errors; a fault of one field has its own code in `details.v2`. */
export function v2CodeOf(error: HoldfastError): V2Code {
  const own = error.details["v2"];
  // Only the two functions below write it.
  if (typeof own === "string") return own as V2Code;
  return V2_CODES[error.code] ?? "api_error";
}

/** The refusal of a request that lacks a field. */
export function missingField(field: string): HoldfastError {
  return new HoldfastError("request_invalid", `The field "${field}" is missing.`, {
    details: { v2: "missing_field" },
  });
}

/** The refusal of a request whose field is not what it must be: `limit`, `"must be a whole number"`. */
export function badField(field: string, fault: string): HoldfastError {
  return new HoldfastError("request_invalid", `The field "${field}" ${fault}.`, {
    details: { v2: "invalid_field_format" },
  });
}

/** Answers in the envelope of v2, with one error. `data` holds what the caller may use all the same. */
export function sendV2Error(
  reply: FastifyReply,
  status: number,
  code: V2Code,
  message: string,
  data?: unknown,
): FastifyReply {
  return reply.code(status).send({ errors: [{ code, message }], ...(data === undefined ? {} : { data }) });
}

/** Answers with one of our errors in the envelope of v2. */
export function sendAsV2(reply: FastifyReply, error: HoldfastError): FastifyReply {
  return sendV2Error(reply, statusOf(error.code), v2CodeOf(error), error.message);
}
