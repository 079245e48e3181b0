import type { FastifyReply, FastifyRequest } from "fastify";
import { sendV2Error } from "./rest-v2/errors.ts";

/** Answers whoever has no key that is good here; the reason shows only whether there was one at all. */
export function refuseKey(request: FastifyRequest, reply: FastifyReply, reason: string): void {
  if (request.routeOptions.config.envelope === "v2") {
    const [code, words] =
      reason === "missing"
        ? (["authorization_header_missing", "The request has no Authorization header."] as const)
        : (["invalid_signing_key", "The signing key is not one of this server's."] as const);
    void sendV2Error(reply, 401, code, words);
    return;
  }
  void reply.code(401).header("content-type", "text/plain; charset=utf-8").send("Authentication failed");
}
