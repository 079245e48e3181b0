import type { AuditAct } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Bucket, Clock } from "#kernel";
import { nodeDigest, takeFrom } from "#kernel";
import { ScimError } from "#scim";
import { createAttempts } from "../attempts.ts";
import { contextOf } from "../identity/context.ts";
import { tokensInUrl } from "../token-in-url.ts";
import { sendScimError } from "./answer.ts";
import type { ScimContext } from "./context.ts";
import { connectionOf } from "./route.ts";

/** Requests without a good token that one network may make in a minute. */
const ATTEMPTS_MAX = 20;
/** Requests that one token may make in a second. */
const PER_SECOND = 25;
/** Tokens whose rate is remembered; past them the one that is remembered longest is forgotten. */
const TOKENS_MAX = 1000;

/** Lets directories in, and nobody else: nothing of a request is parsed before, and strangers do not learn what there is. */
export function guardDirectories(app: FastifyInstance, context: ScimContext): void {
  const attempts = createAttempts(context.machineClock, ATTEMPTS_MAX);
  const rates = createRates(context.machineClock);
  app.addHook("onRequest", async (request, reply) => {
    // Before all else: it is known now to whoever reads along, whoever sent it.
    const told = tokensInUrl(request.raw.url ?? "");
    for (const token of told) await context.leaked(token, denied(request, "leaked").authority);
    const attemptWaitMs = attempts.waitMs(request.ip);
    if (attemptWaitMs > 0)
      return sendScimError(
        reply.header("retry-after", String(Math.ceil(attemptWaitMs / 1000))),
        new ScimError(429, null, "Too many requests without a good token came from this address. Wait."),
      );
    if (told.length > 0) {
      attempts.note(request.ip);
      return sendScimError(
        reply,
        new ScimError(
          400,
          null,
          "A token stood in the URL, where it is written down on the way. If it was good, it is revoked now.",
        ),
      );
    }
    const { authorization } = request.headers;
    const caller = hasTwoTokens(request)
      ? null
      : await context.authenticate(connectionOf(request), authorization, contextOf(request));
    if (caller === null) {
      attempts.note(request.ip);
      context.audit.note(denied(request, authorization === undefined ? "missing" : "unknown"));
      return sendScimError(
        reply.header("www-authenticate", "Bearer"),
        new ScimError(401, null, "This needs the token of this connection's directory, as a bearer token."),
      );
    }
    const waitMs = rates.waitMs(authorization ?? "");
    if (waitMs > 0)
      return sendScimError(
        reply.header("retry-after", String(Math.ceil(waitMs / 1000))),
        new ScimError(
          429,
          null,
          `A token may make ${PER_SECOND} requests a second. Wait, then send it again.`,
        ),
      );
    request.scimCaller = caller;
  });
}

/** How fast each token asks, by its digest. */
function createRates(clock: Clock): { waitMs(secret: string): number } {
  const buckets = new Map<string, Bucket>();
  return {
    waitMs(secret) {
      const key = nodeDigest.sha256Hex(secret);
      const { bucket, waitMs } = takeFrom(buckets.get(key) ?? null, 1, PER_SECOND, clock.monotonic());
      buckets.delete(key);
      const [oldest] = buckets.keys();
      if (buckets.size >= TOKENS_MAX && oldest !== undefined) buckets.delete(oldest);
      buckets.set(key, bucket);
      return waitMs;
    },
  };
}

function denied(request: FastifyRequest, reason: string): AuditAct {
  return {
    action: "access.denied",
    authority: {
      actor: { type: "anonymous", id: "anonymous", name: null, keyId: null },
      context: contextOf(request),
    },
    targets: [{ type: "api", id: "scim", name: null }],
    result: "denied",
    reason,
    changes: {},
  };
}

function hasTwoTokens({ raw }: FastifyRequest): boolean {
  const names = raw.rawHeaders.filter((_, index) => index % 2 === 0);
  return names.filter((name) => name.toLowerCase() === "authorization").length > 1;
}
