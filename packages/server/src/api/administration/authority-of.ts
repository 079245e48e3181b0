import type { Authority, Grant } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";

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
