import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "#kernel";
import { isThisMachine } from "#kernel";
import { createAttempts } from "./attempts.ts";
import { sendV2Error } from "./rest-v2/errors.ts";

/** Requests without a good key that one network may make in a minute; this machine as many as it likes. */
const REFUSALS_MAX = 300;

/** What whoever was refused too often is told. */
export const WAIT = "Too many requests without a good key came from this address.";

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

/** How long whoever was refused has to wait before he is answered again, in whole seconds; 0: not at all. */
export type RefusalCount = (request: FastifyRequest) => number;

/**
 * Counts refused requests by the network they come from. Keys are looked at first: whoever shares a network with somebody who
 * guesses is let in as before.
 */
export function countRefusals(clock: Clock): RefusalCount {
  const attempts = createAttempts(clock, REFUSALS_MAX);
  return ({ ip }) => {
    if (isThisMachine(ip)) return 0;
    attempts.note(ip);
    return Math.ceil(attempts.waitMs(ip) / 1000);
  };
}

/** Tells whoever was refused too often to wait. */
export function tellToWait(request: FastifyRequest, reply: FastifyReply, seconds: number): void {
  void reply.header("retry-after", String(seconds));
  if (request.routeOptions.config.envelope === "v2") void sendV2Error(reply, 429, "rate_limited", WAIT);
  else void reply.code(429).header("content-type", "text/plain; charset=utf-8").send(WAIT);
}
