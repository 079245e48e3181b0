/** The operators' API: an app of its own, which a signing key opens as little as an event key. */
import type { AuditAct } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createApp } from "../app.ts";
import { createAttempts } from "../attempts.ts";
import { sendError } from "../errors.ts";
import { pageHeaders } from "../page-headers.ts";
import { tokensInUrl } from "../token-in-url.ts";
import { appOriginRoutes } from "./apps.ts";
import { auditSinkRoutes } from "./audit-sinks.ts";
import { auditRoutes } from "./audit.ts";
import { authorise } from "./authorise.ts";
import { callerOf } from "./caller.ts";
import type { AdministrationContext } from "./context.ts";
import { egressRoutes } from "./egress.ts";
import { environmentRoutes } from "./environments.ts";
import { eventKeyRoutes } from "./event-keys.ts";
import { operatorTokenRoutes } from "./operator-tokens.ts";
import { domainRoutes } from "./domains.ts";
import { invitationRoutes } from "./invitations.ts";
import { peopleRoutes } from "./people.ts";
import { roleRoutes } from "./roles.ts";
import { serviceAccountRoutes } from "./service-accounts.ts";
import { signInPolicyRoutes } from "./sign-in-policy.ts";
import { ssoRoutes } from "./sso.ts";
import { redteamRoutes } from "./redteam.ts";
import { retentionRoutes } from "./retention.ts";
import { signingKeyRoutes } from "./signing-keys.ts";
import { vaultRoutes } from "./vault.ts";

export type { AdministrationContext, EnvironmentActs } from "./context.ts";

/** Methods that change nothing; every route of another one says which act of the log it is. */
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Builds the operators' API. `onRoute` is told of every route, what it takes to use it, and what the log says of it. */
export function createAdministrationApi(
  context: AdministrationContext,
  onRoute: (route: string) => void = () => undefined,
): FastifyInstance {
  const app = createApp(context);
  app.decorateRequest("authority", null);
  app.decorateRequest("grants", null);
  app.decorateRequest("scopes", null);
  app.decorateRequest("signedIn", null);
  app.addHook("onRoute", (route) => {
    const { access, audit, permission } = route.config ?? {};
    if (access !== "operator")
      throw new Error(`Route ${String(route.method)} ${route.url} does not say that it is the operators'`);
    if (permission === undefined)
      throw new Error(`Route ${String(route.method)} ${route.url} does not say what it takes to use it`);
    if (audit === undefined && !READING.has(String(route.method)))
      throw new Error(
        `Route ${String(route.method)} ${route.url} does not say what the audit log says of it`,
      );
    onRoute(`${String(route.method)} ${route.url} ${permission} ${audit ?? "-"}`);
  });
  pageHeaders(app);
  authenticateOperators(app, context);
  authorise(app, context);

  environmentRoutes(app, context);
  roleRoutes(app);
  peopleRoutes(app, context);
  invitationRoutes(app, context);
  serviceAccountRoutes(app, context);
  signInPolicyRoutes(app, context);
  ssoRoutes(app, context);
  domainRoutes(app, context);
  eventKeyRoutes(app, context);
  signingKeyRoutes(app, context);
  operatorTokenRoutes(app, context);
  appOriginRoutes(app, context);
  auditRoutes(app, context);
  auditSinkRoutes(app, context);
  egressRoutes(app, context);
  retentionRoutes(app, context);
  redteamRoutes(app, context);
  vaultRoutes(app, context);
  return app;
}

/** Requests without a good token that one network may make in a minute. */
const ATTEMPTS_MAX = 20;

/** Lets operators in, and nobody else: nothing of a request is parsed before. */
function authenticateOperators(app: FastifyInstance, context: AdministrationContext): void {
  const attempts = createAttempts(context.machineClock, ATTEMPTS_MAX);
  app.addHook("onRequest", async (request, reply) => {
    // Before all else, and of whatever path: it is known now to whoever reads along, whoever sent it.
    const told = tokensInUrl(request.raw.url ?? "");
    for (const token of told) {
      await context.operators.leaked(token, denied(request).authority);
      await context.identity.serviceAccounts.leaked(token, denied(request).authority);
      await context.identity.directories.leaked(token, denied(request).authority);
    }
    // Also of a path that there is no route for: strangers learn nothing of which there are.
    const waitMs = attempts.waitMs(request.ip);
    if (waitMs > 0)
      return sendError(
        reply.header("retry-after", String(Math.ceil(waitMs / 1000))),
        new HoldfastError("rate_limited", "Too many requests without a good token came from this address."),
      );
    // A page of this server asks with its session, and nothing else does.
    const isOfPage = request.headers.authorization === undefined && request.headers.cookie !== undefined;
    if (!isOfPage && isFromPage(request))
      return sendError(
        reply,
        new HoldfastError("forbidden", "Pages of other origins may not ask the operators' API."),
      );
    if (told.length > 0) {
      attempts.note(request.ip);
      return sendError(
        reply,
        new HoldfastError(
          "token_in_url",
          "A token stood in the URL, where it is written down on the way. If it was good, it is revoked now.",
        ),
      );
    }
    const caller = hasTwo(request, "authorization") ? null : callerOf(request, context);
    if (caller instanceof HoldfastError) {
      context.audit.note({ ...denied(request), reason: caller.code });
      return sendError(reply, caller);
    }
    if (caller === null) {
      attempts.note(request.ip);
      context.audit.note(denied(request));
      return refuse(reply);
    }
    request.authority = caller.authority;
    request.grants = caller.grants;
    request.scopes = caller.scopes;
    request.signedIn = caller.signedIn;
  });
}

function refuse(reply: FastifyReply): FastifyReply {
  const error = new HoldfastError("unauthenticated", "This needs an operator's token.", {
    next: "Send one in the Authorization header, as a bearer token.",
  });
  return sendError(reply.header("www-authenticate", "Bearer"), error);
}

function denied(request: FastifyRequest): AuditAct {
  const context = {
    address: request.ip,
    userAgent: request.headers["user-agent"] ?? null,
    requestId: request.id,
    via: "api",
  } as const;
  return {
    action: "access.denied",
    authority: { actor: { type: "anonymous", id: "anonymous", name: null, keyId: null }, context },
    targets: [{ type: "api", id: "administration", name: null }],
    result: "denied",
    reason: request.headers.authorization === undefined ? "missing" : "unknown",
    changes: {},
  };
}

/** Whether a browser sent it for a page of another origin. The command sends neither of these headers. */
function isFromPage({ headers }: FastifyRequest): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  return headers.origin !== undefined;
}

function hasTwo(request: FastifyRequest, name: string): boolean {
  return (
    request.raw.rawHeaders.filter((each, index) => index % 2 === 0 && each.toLowerCase() === name).length > 1
  );
}
