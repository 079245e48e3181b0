import type { Authority, Grant, Permission } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import type { Identity, SignedIn } from "#identity";
import { nodeDigest } from "#kernel";
import type { OperatorTokens } from "#keys";
import { contextOf } from "../identity/context.ts";
import { readCookie } from "../identity/cookies.ts";
import { csrfTokenOf, factorRequired, pageRefusal } from "../identity/page-rules.ts";

/** What it takes to know people, service accounts and operators. */
export interface CallerWorld {
  readonly identity: Pick<Identity, "serviceAccounts" | "sessions">;
  readonly operators: Pick<OperatorTokens, "check">;
  /** Where people reach this server; known once it listens. */
  readonly publicUrl: () => string;
}

/** Who asks, and what they may do: people, service accounts and operators, as opposed to who shows an environment's key. */
export interface Caller {
  readonly authority: Authority;
  readonly grants: readonly Grant[];
  readonly scopes: readonly Permission[] | null;
  /** A person at a page of this server; null: a token. */
  readonly signedIn: SignedIn | null;
}

/**
 * Who makes a request: an operator or a service account by a bearer token, or a person by the session of a page. A token is looked
 * at first, and alone, when there is one. An error: somebody known who may not ask like this. Null: nobody known.
 *
 * @param isUse whether it counts as a use of the session; a stream that is still open is none
 */
export function callerOf(
  request: FastifyRequest,
  { identity, operators, publicUrl }: CallerWorld,
  isUse = true,
): Caller | HoldfastError | null {
  const { authorization } = request.headers;
  const context = contextOf(request);
  if (authorization !== undefined) {
    const operator = operators.check(authorization);
    if (operator !== null) {
      const { grant, id, name } = operator;
      return {
        authority: { actor: { type: "operator", id, name, keyId: id }, context },
        grants: [grant],
        scopes: null,
        signedIn: null,
      };
    }
    const service = identity.serviceAccounts.check(authorization, request.ip);
    if (service === null) return null;
    const { grants, id, name, scopes, tokenId } = service;
    return {
      authority: { actor: { type: "service", id, name, keyId: tokenId }, context },
      grants,
      scopes,
      signedIn: null,
    };
  }
  const secret = readCookie(request, "session", publicUrl());
  const signedIn = isUse ? identity.sessions.check(secret) : identity.sessions.look(secret);
  if (signedIn === null || secret === null) return null;
  const refusal = pageRefusal(request, publicUrl(), csrfTokenOf(secret, nodeDigest), nodeDigest);
  if (refusal !== null) return refusal;
  if (signedIn.must !== null) return factorRequired(signedIn.must);
  // Whatever is in the log as an act asks for a proof of who one is that is minutes old.
  if (request.routeOptions.config.audit != null && !signedIn.isFresh)
    return new HoldfastError("reauthentication_required", "This asks you to prove again who you are.");
  const { email, id } = signedIn.person;
  return {
    authority: { actor: { type: "user", id, name: email, keyId: null }, context },
    grants: signedIn.grants,
    scopes: null,
    signedIn,
  };
}
