import type { Authority, Grant } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import type { SignedIn } from "#identity";

/** On whose authority an operator's request is made. The door of the operators' API let nobody in without. */
export function authorityOf(request: FastifyRequest): Authority {
  if (request.authority === null)
    throw new Error("A request reached an operators' route without an operator");
  return request.authority;
}

/** What that operator was given. */
export function grantsOf(request: FastifyRequest): readonly Grant[] {
  if (request.grants === null) throw new Error("A request reached an operators' route without grants");
  return request.grants;
}

/** Both: nobody hands on more than he holds. */
export function holderOf(request: FastifyRequest): {
  readonly authority: Authority;
  readonly grants: readonly Grant[];
} {
  return { authority: authorityOf(request), grants: grantsOf(request) };
}

/** The person who asks, for what only people can do. @throws HoldfastError `conflict` for tokens */
export function personOf({ signedIn }: FastifyRequest): SignedIn {
  if (signedIn !== null) return signedIn;
  throw new HoldfastError(
    "conflict",
    "Only a person who is signed in can do this: a token cannot visit an identity provider.",
  );
}
