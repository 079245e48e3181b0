import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { nodeDigest } from "#kernel";
import { createApp } from "../app.ts";
import { createAttempts } from "../attempts.ts";
import { sendError } from "../errors.ts";
import { pageHeaders } from "../page-headers.ts";
import { accountRoutes } from "./account.ts";
import type { IdentityContext } from "./context.ts";
import { contextOf } from "./context.ts";
import { readCookie } from "./cookies.ts";
import { linkRoutes } from "./links.ts";
import { oidcRoutes } from "./oidc.ts";
import { csrfTokenOf, factorRequired, pageRefusal } from "./page-rules.ts";
import { samlRoutes } from "./saml.ts";
import { sessionRoutes } from "./session.ts";
import { signInRoutes } from "./sign-in.ts";

export type { IdentityContext } from "./context.ts";

/** Attempts to get in that one network may make in a minute. */
const ATTEMPTS_MAX = 30;

/**
 * Builds the API of people themselves: signing in and out, and what concerns their own account. Every route says who may use it:
 * `page` anybody from a page of this server, `person` who is signed in, `provider` who comes back from an identity provider.
 */
export function createIdentityApi(
  context: IdentityContext,
  onRoute: (route: string) => void = () => undefined,
): FastifyInstance {
  const app = createApp(context);
  app.decorateRequest("signedIn", null);
  app.addHook("onRoute", (route) => {
    const { access } = route.config ?? {};
    if (access !== "page" && access !== "person" && access !== "provider")
      throw new Error(`Route ${String(route.method)} ${route.url} does not say which person may use it`);
    const { isEnrolment = false, needsFactor = false, needsFresh = false } = route.config ?? {};
    const flags = `${isEnrolment ? " enrolment" : ""}${needsFresh ? " fresh" : ""}${needsFactor ? " factor" : ""}`;
    onRoute(`${String(route.method)} ${route.url} ${access}${flags}`);
  });
  pageHeaders(app);
  guardPages(app, context);

  sessionRoutes(app, context);
  signInRoutes(app, context);
  linkRoutes(app, context);
  accountRoutes(app, context);
  samlRoutes(app, context);
  oidcRoutes(app, context);
  return app;
}

/** Who is signed in, and whether the request comes from a page of this server: before anything of it is parsed. */
function guardPages(app: FastifyInstance, context: IdentityContext): void {
  const { identity, machineClock, publicUrl } = context;
  const attempts = createAttempts(machineClock, ATTEMPTS_MAX);
  app.addHook("onRequest", async (request, reply) => {
    if (request.is404) return;
    const { access, isAttempt = false } = request.routeOptions.config;
    const secret = readCookie(request, "session", publicUrl());
    request.signedIn = identity.sessions.check(secret);
    // What comes from a provider is from another site by nature, and is bound to its browser by a cookie of its own.
    if (access === "provider") return;
    const token = request.signedIn === null || secret === null ? null : csrfTokenOf(secret, nodeDigest);
    const refusal = pageRefusal(request, publicUrl(), token, nodeDigest);
    if (refusal !== null) {
      context.audit.note(denied(request, refusal.code));
      return sendError(reply, refusal);
    }
    if (isAttempt) {
      const waitMs = attempts.waitMs(request.ip);
      if (waitMs > 0)
        return sendError(
          reply.header("retry-after", String(Math.ceil(waitMs / 1000))),
          new HoldfastError("too_many_attempts", "Too many attempts came from this network."),
        );
    }
    if (access !== "person") return;
    const error = personRefusal(request);
    if (error !== null) return sendError(reply, error);
  });
  app.addHook("onResponse", (request, reply, done) => {
    // A right one costs nothing.
    if (request.routeOptions.config.isAttempt === true && reply.statusCode >= 400 && reply.statusCode < 500)
      attempts.note(request.ip);
    done();
  });
}

/** Why somebody may not use a route for people, or null. */
function personRefusal({ routeOptions, signedIn }: FastifyRequest): HoldfastError | null {
  const { isEnrolment = false, needsFactor = false, needsFresh = false } = routeOptions.config;
  if (signedIn === null)
    return new HoldfastError("unauthenticated", "Nobody is signed in here.", { next: "Sign in." });
  if (signedIn.must !== null && !isEnrolment) return factorRequired(signedIn.must);
  if (needsFresh && !signedIn.isFresh)
    return new HoldfastError("reauthentication_required", "This asks you to prove again who you are.");
  // Else a password that was stolen would add a factor of the thief's, or take the owner's away.
  if (needsFactor && signedIn.factor === "not_shown")
    return new HoldfastError(
      "reauthentication_required",
      "This asks for the second factor of this account.",
      {
        next: "Show a passkey, a code of the authenticator, or a recovery code.",
      },
    );
  return null;
}

function denied(request: FastifyRequest, reason: string) {
  return {
    action: "access.denied",
    authority: {
      actor: { type: "anonymous", id: "anonymous", name: null, keyId: null },
      context: contextOf(request),
    },
    targets: [{ type: "api", id: "identity", name: null }],
    result: "denied",
    reason,
    changes: {},
  } as const;
}
