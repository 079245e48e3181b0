import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasV2Signature } from "@holdfast/protocol";
import type { AuditAction, HoldfastError, Permission } from "@holdfast/protocol";
import { actingAuthority } from "./acting.ts";
import { refusalOfCaller } from "./callers/authorise-caller.ts";
import type { Caller } from "./callers/caller.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import type { RefusalLog } from "./refusal-log.ts";
import type { RefusalCount } from "./refuse-key.ts";
import { refuseKey, tellToWait } from "./refuse-key.ts";
import { sendAsV2 } from "./rest-v2/errors.ts";
import { headerOf } from "./signed-request.ts";

/**
 * Who may use a route. Every route says so in its configuration, and the server does not start with one that does not.
 * `event-key` routes check the key in their own path, `run-token` routes the token of one run. Those of `operator` are in
 * an app of their own.
 */
export type Access =
  | "open"
  | "event-key"
  | "signing-key"
  | "run-token"
  | "operator"
  | "page"
  | "person"
  | "provider"
  | "directory";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    /** In which form errors are answered; v1 when absent. */
    envelope?: "v1" | "v2";
    /** Parameters of the query that may be given several times. */
    repeatable?: readonly string[];
    /** The body is handed to the route as it comes in, and may take its time. */
    streamed?: boolean;
    /**
     * What it takes of a person, a service account or an operator. Null, of a route that a signing key opens: nobody else may,
     * whatever they were given.
     */
    permission?: Permission | null;
    /** Such a route answers whoever may do it in some environment, and tells him of those alone. */
    isFiltered?: boolean;
    /** What the audit log says of it, of a route that changes something; null for one that changes nothing. */
    audit?: AuditAction | null;
    /** A wrong answer to it counts against the network it came from. */
    isAttempt?: boolean;
    /** Whoever has to add a second factor first may use it, too. */
    isEnrolment?: boolean;
    /** It asks for a proof of who one is that is minutes old. */
    needsFresh?: boolean;
    /** A session that has not shown the second factor of its account may not use it, whatever its role asks for. */
    needsFactor?: boolean;
    /** Apps use the route by themselves: their SDK can sign as v2 has it. */
    isForApps?: boolean;
  }
  interface FastifyRequest {
    /** Who makes a request that shows no key of the environment; null: whoever has the key. */
    caller: Caller | null;
  }
}

/** Stands at the door: nothing of a request is parsed before its caller is known. */
export function authenticate(
  app: FastifyInstance,
  context: ApiContext,
  refusals: RefusalLog,
  count: RefusalCount,
  onRoute: (route: string) => void,
): void {
  app.addHook("onRoute", (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`Route ${String(route.method)} ${route.url} does not say who may use it`);
    }
    const { access, permission } = route.config;
    if (access === "signing-key" && permission === undefined)
      throw new Error(`Route ${String(route.method)} ${route.url} does not say what it takes without a key`);
    const others = access === "signing-key" ? ` ${permission ?? "-"}` : "";
    onRoute(`${String(route.method)} ${route.url} ${access}${others}`);
  });
  app.decorateRequest("keyId", null);
  app.decorateRequest("caller", null);
  app.addHook("onRequest", (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    if (request.routeOptions.config.access !== "signing-key") {
      done();
      return;
    }
    const admitted = context.handedOn.of(request.raw);
    if (admitted !== null) {
      const { caller } = admitted;
      const refusal = refusalOfCaller(request, caller, context);
      request.caller = caller;
      if (refusal === null) done();
      else sendCallerRefusal(request, reply, refusal);
      return;
    }
    const reason = refusalOf(request, context);
    if (reason === null) {
      done();
      return;
    }
    refusals.note("signing-key", reason);
    context.audit.note({
      action: "access.denied",
      authority: actingAuthority(request),
      targets: [{ type: "api", id: context.environment.name, name: null }],
      result: "denied",
      reason,
      changes: {},
    });
    const seconds = count(request);
    if (seconds > 0) tellToWait(request, reply, seconds);
    else refuseKey(request, reply, reason);
  });
}

/** In the envelope of the route, of which a reader of v2 knows one alone. */
function sendCallerRefusal(request: FastifyRequest, reply: FastifyReply, error: HoldfastError): void {
  if (request.routeOptions.config.envelope === "v2") void sendAsV2(reply, error);
  else void sendError(reply, error);
}

/**
 * Null when the caller showed a key, or why not. A request with a v2 signature must be good as such: its bearer token, if it
 * has one, is not looked at. What it signed of its body is checked once that is there (`signed-request.ts`).
 */
function refusalOf(request: FastifyRequest, { keys, machineClock, requireV2 }: ApiContext): string | null {
  const { isForApps = false } = request.routeOptions.config;
  const header = headerOf(request);
  if (keys.v2 !== null && hasV2Signature({ header })) {
    const { method } = request;
    const verdict = keys.v2.openRequest(
      { method, target: request.raw.url ?? "", header },
      machineClock.now(),
    );
    if (!verdict.ok) return verdict.reason;
    request.v2 = { opened: verdict.request, isAdmitted: false };
    request.keyId = verdict.request.keyId;
    if (keys.other !== null) {
      const { app, keyId } = verdict.request;
      keys.observe({
        app: app === "" ? `from ${request.ip}` : app,
        worker: request.ip,
        keyId,
        how: "signature",
      });
    }
    return null;
  }
  if (keys.v2 !== null && requireV2 && isForApps) return "unsigned";
  const verdict = keys.checkBearer(request.headers.authorization);
  if (!verdict.ok) return verdict.reason;
  request.keyId = verdict.keyId;
  // The protocol's own token does not say whose it is: it is known by where it came from.
  if (keys.other !== null && verdict.keyId !== null && isForApps)
    keys.observe({ app: `from ${request.ip}`, worker: request.ip, keyId: verdict.keyId, how: "bearer" });
  return null;
}
