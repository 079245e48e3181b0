import type { AuditAct } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { AuditLog } from "#audit";
import type { Clock } from "#kernel";
import { createAttempts } from "../attempts.ts";
import { sendError } from "../errors.ts";
import { contextOf } from "../identity/context.ts";
import type { Caller, CallerWorld } from "./caller.ts";
import { callerOf } from "./caller.ts";

/** Requests without a good token that one network may make in a minute. */
const ATTEMPTS_MAX = 20;

/** What lets people, service accounts and operators in, and nobody else. */
export interface Admission {
  /** Why this network has to wait before it is looked at again; null: it need not. */
  wait(request: FastifyRequest): HoldfastError | null;
  /** Counts a refused request against its network. */
  note(request: FastifyRequest): void;
  /** Who asks, or why nobody is let in; the audit log has the reason then. */
  admit(request: FastifyRequest): Caller | HoldfastError;
}

/** @param api what the audit log calls the API at whose door this stands */
export function createAdmission(
  world: CallerWorld & { readonly audit: AuditLog; readonly machineClock: Clock },
  api: string,
): Admission {
  const { audit, machineClock } = world;
  const attempts = createAttempts(machineClock, ATTEMPTS_MAX);
  return {
    wait({ ip }) {
      const waitMs = attempts.waitMs(ip);
      if (waitMs === 0) return null;
      return new HoldfastError(
        "rate_limited",
        "Too many requests without a good token came from this address.",
        {
          details: { retryAfterSeconds: Math.ceil(waitMs / 1000) },
        },
      );
    },
    note: ({ ip }) => attempts.note(ip),
    admit(request) {
      // A page of this server asks with its session, and nothing else does.
      const isOfPage = request.headers.authorization === undefined && request.headers.cookie !== undefined;
      if (!isOfPage && isFromPage(request))
        return new HoldfastError("forbidden", "Pages of other origins may not ask this API.");
      const caller = hasTwo(request, "authorization") ? null : callerOf(request, world);
      if (caller instanceof HoldfastError) audit.note({ ...strangerAct(request, api), reason: caller.code });
      if (caller !== null) return caller;
      attempts.note(request.ip);
      audit.note(strangerAct(request, api));
      return new HoldfastError(
        "unauthenticated",
        "This needs an operator's token, or somebody who is signed in.",
        {
          next: "Send a token in the Authorization header, as a bearer token.",
        },
      );
    },
  };
}

/** Answers who was not let in. */
export function sendRefusal(reply: FastifyReply, error: HoldfastError): FastifyReply {
  if (error.code === "unauthenticated") void reply.header("www-authenticate", "Bearer");
  return sendError(reply, error);
}

/** What the log has of a request of which nobody knows whose it is. */
export function strangerAct(request: FastifyRequest, api: string): AuditAct {
  return {
    action: "access.denied",
    authority: {
      actor: { type: "anonymous", id: "anonymous", name: null, keyId: null },
      context: contextOf(request),
    },
    targets: [{ type: "api", id: api, name: null }],
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
