import type { SignedAnswer } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { OpenedRequest } from "#keys";
import type { ApiContext } from "./context.ts";
import type { RefusalLog } from "./refusal-log.ts";
import { refuseKey } from "./refuse-key.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** A v2 signature that is good; it counts once the body is known to be the one that was signed. */
    v2: { readonly opened: OpenedRequest; isAdmitted: boolean } | null;
    /**
     * Whether this is the body that was signed, or nothing was signed; if not, the request has been answered. Asked for
     * every request but one whose body its route takes as it comes: that route asks by itself, before it acts.
     */
    admitSigned(body: Buffer | string, reply: FastifyReply): boolean;
  }
}

/**
 * What a v2 signature means once the body is there: it is the one that was signed, and the request is new. Its answer is
 * signed in turn, bound to it by the nonce.
 */
export function signedRequests(app: FastifyInstance, context: ApiContext, refusals: RefusalLog): void {
  const { machineClock } = context;
  app.decorateRequest("v2", null);

  app.addHook("preHandler", (request, reply, done) => {
    const { v2 } = request;
    if (v2 === null) {
      done();
      return;
    }
    const body = Buffer.isBuffer(request.body) ? request.body : request.body === undefined ? "" : null;
    // A body that is used as it comes is not whole yet: its route waits for the end of one that was signed.
    if (body === null && request.routeOptions.config.streamed === true) {
      done();
      return;
    }
    if (request.admitSigned(body ?? "", reply)) done();
  });

  app.decorateRequest(
    "admitSigned",
    function admitSigned(body: Buffer | string, reply: FastifyReply): boolean {
      const { v2 } = this;
      if (v2 === null) return true;
      const reason = v2.opened.admit(body, machineClock.now());
      v2.isAdmitted = reason === null;
      if (reason === null) return true;
      refusals.note("signing-key", reason);
      refuseKey(this, reply, reason);
      return false;
    },
  );

  app.addHook("onSend", (request, reply, payload, done) => {
    const { v2 } = request;
    const isWhole = typeof payload === "string" || Buffer.isBuffer(payload) || payload === undefined;
    if (v2 !== null && v2.isAdmitted && isWhole) {
      const headers = v2.opened.signAnswer(answerOf(reply), payload ?? "", machineClock.now());
      void reply.headers(headers);
    }
    done(null, payload);
  });
}

/** Header by its name in lower case; repeated ones joined. */
export function headerOf(request: FastifyRequest): (name: string) => string | null {
  return (name) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(", ") : (value ?? null);
  };
}

function answerOf(reply: FastifyReply): SignedAnswer {
  return {
    kind: "answer",
    status: reply.statusCode,
    header(name) {
      const value = reply.getHeader(name);
      return value === undefined ? null : String(value);
    },
  };
}
