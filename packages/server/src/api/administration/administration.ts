/** The operators' API: an app of its own, which a signing key opens as little as an event key. */
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { createApp } from "../app.ts";
import { createAdmission, sendRefusal, strangerAct } from "../callers/admission.ts";
import { pageHeaders } from "../page-headers.ts";
import { tokensInUrl } from "../token-in-url.ts";
import { appOriginRoutes } from "./apps.ts";
import { auditSinkRoutes } from "./audit-sinks.ts";
import { auditRoutes } from "./audit.ts";
import { authorise } from "./authorise.ts";
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
    if (permission == null)
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

/** Lets operators in, and nobody else: nothing of a request is parsed before. */
function authenticateOperators(app: FastifyInstance, context: AdministrationContext): void {
  const admission = createAdmission(context, "administration");
  app.addHook("onRequest", async (request, reply) => {
    // Before all else, and of whatever path: it is known now to whoever reads along, whoever sent it.
    const told = tokensInUrl(request.raw.url ?? "");
    for (const token of told) {
      const { authority } = strangerAct(request, "administration");
      await context.operators.leaked(token, authority);
      await context.identity.serviceAccounts.leaked(token, authority);
      await context.identity.directories.leaked(token, authority);
    }
    // Also of a path that there is no route for: strangers learn nothing of which there are.
    const waiting = admission.wait(request);
    if (waiting !== null) return sendRefusal(reply, waiting);
    if (told.length > 0) {
      admission.note(request);
      return sendRefusal(
        reply,
        new HoldfastError(
          "token_in_url",
          "A token stood in the URL, where it is written down on the way. If it was good, it is revoked now.",
        ),
      );
    }
    const caller = admission.admit(request);
    if (caller instanceof HoldfastError) return sendRefusal(reply, caller);
    request.authority = caller.authority;
    request.grants = caller.grants;
    request.scopes = caller.scopes;
    request.signedIn = caller.signedIn;
  });
}
