import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "#kernel";
import type { Representation, ScimErrorBody } from "#scim";
import { errorBody, ScimError } from "#scim";
import { asHoldfastError, forCaller, logFailure, statusOf } from "../errors.ts";

const MEDIA_TYPE = "application/scim+json; charset=utf-8";
/** Media types that a body may have (RFC 7644, 3.1). */
const TAKEN: ReadonlySet<string> = new Set(["application/scim+json", "application/json"]);

/** Answers in SCIM's media type. */
export function send(reply: FastifyReply, body: Representation | ScimErrorBody, status = 200): FastifyReply {
  return reply.code(status).header("content-type", MEDIA_TYPE).send(JSON.stringify(body));
}

/** Answers with an error in SCIM's form. */
export function sendScimError(reply: FastifyReply, error: ScimError): FastifyReply {
  return send(reply, errorBody(error), error.status);
}

/** Every error of the routes in SCIM's form; of a fault of ours its caller learns that there was one. */
export function scimErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((thrown, request, reply) => sendScimError(reply, asScimError(thrown, request, log)));
  app.setNotFoundHandler((_request, reply) => sendScimError(reply, notFound()));
}

/** The answer for what does not exist here, and for what is another connection's. */
export function notFound(): ScimError {
  return new ScimError(404, null, "There is no such resource here.");
}

function asScimError(thrown: unknown, request: FastifyRequest, log: Log): ScimError {
  if (thrown instanceof ScimError) return thrown;
  const error = asHoldfastError(thrown);
  logFailure(log, request, error);
  const { message, next } = forCaller(error);
  const isSyntax = error.code.startsWith("json_");
  return new ScimError(
    statusOf(error.code),
    isSyntax ? "invalidSyntax" : null,
    `${message} ${next ?? ""}`.trim(),
  );
}

/**
 * Holds a body to the media types of SCIM. The app has rewritten the header by now, for its own parser: what came stands in the raw
 * ones.
 *
 * @throws HoldfastError `body_encoding_unsupported`, answered as 415
 */
export function checkMediaType({ raw }: FastifyRequest): void {
  const at = raw.rawHeaders.findIndex(
    (name, index) => index % 2 === 0 && name.toLowerCase() === "content-type",
  );
  const [type = ""] = at === -1 ? [] : (raw.rawHeaders[at + 1] ?? "").split(";", 1);
  if (TAKEN.has(type.trim().toLowerCase())) return;
  throw new HoldfastError(
    "body_encoding_unsupported",
    "The body's content type must be application/scim+json or application/json.",
  );
}
