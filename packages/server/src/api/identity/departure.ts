import type { FastifyReply, FastifyRequest } from "fastify";
import { answerArrival } from "./arrival.ts";
import type { IdentityContext } from "./context.ts";
import { contextOf } from "./context.ts";
import { setCookie } from "./cookies.ts";
import { deliver } from "./delivery.ts";

/** Sends a browser to its identity provider, with a cookie that goes along to the path it comes back to and nowhere else. */
export async function depart(
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
  { identity, publicUrl }: Pick<IdentityContext, "identity" | "publicUrl">,
  returnPath: string,
): Promise<FastifyReply> {
  const { h } = request.query as { readonly h?: unknown };
  const handle = typeof h === "string" ? h : "";
  const left = await identity.sso.leave(request.params.id, handle, contextOf(request), request.signedIn);
  if (left.kind !== "left") return answerArrival(reply, left, publicUrl());
  setCookie(reply, "visit", left.browser, publicUrl(), returnPath);
  return deliver(reply, left.delivery);
}
