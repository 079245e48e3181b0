import type { FastifyInstance, FastifyRequest } from "fastify";
import { createAttempts } from "../attempts.ts";
import { HoldfastError } from "@holdfast/protocol";
import { sendError } from "../errors.ts";
import { answerArrival } from "./arrival.ts";
import type { IdentityContext } from "./context.ts";
import { contextOf } from "./context.ts";
import { readCookie, setCookie } from "./cookies.ts";
import { depart } from "./departure.ts";
import { readForm } from "./form.ts";

type OfConnection = FastifyRequest<{ Params: { id: string } }>;

const ANSWERS_MAX = 30;
const FORM_BYTES_MAX = 64 * 1024;

/** OpenID Connect: the ways to the provider and back, and what it says of logouts by itself. */
export function oidcRoutes(app: FastifyInstance, context: IdentityContext): void {
  const { identity, machineClock, publicUrl } = context;
  const answers = createAttempts(machineClock, ANSWERS_MAX);
  const tooMany = (request: FastifyRequest): number => {
    const waitMs = answers.waitMs(request.ip);
    if (waitMs === 0) answers.note(request.ip);
    return Math.ceil(waitMs / 1000);
  };
  const refusal = (): HoldfastError =>
    new HoldfastError("rate_limited", "Too many answers of identity providers come in.");

  app.get("/oidc/:id/start", { config: { access: "provider" } }, async (request: OfConnection, reply) =>
    depart(request, reply, context, `/oidc/${request.params.id}/callback`),
  );

  app.get("/oidc/:id/callback", { config: { access: "provider" } }, async (request: OfConnection, reply) => {
    const { id } = request.params;
    const seconds = tooMany(request);
    if (seconds > 0) return sendError(reply.header("retry-after", String(seconds)), refusal());
    const [, query = ""] = (request.raw.url ?? "").split("?", 2);
    // What the provider calls an error is not shown, and of what it describes nothing is even logged.
    const arrival = await identity.sso.comeBack("oidc", id, {
      message: `${identity.oidc.addressesOf(id).redirectUri}?${query}`,
      browser: readCookie(request, "visit", publicUrl()),
      session: identity.sessions.hashOf(readCookie(request, "session", publicUrl())),
      signedIn: request.signedIn,
      context: contextOf(request),
    });
    setCookie(reply, "visit", null, publicUrl(), `/oidc/${id}/callback`);
    return answerArrival(reply, arrival, publicUrl());
  });

  app.post(
    "/oidc/:id/backchannel-logout",
    { config: { access: "provider" }, bodyLimit: FORM_BYTES_MAX },
    async (request, reply) => {
      const { id } = request.params as OfConnection["params"];
      const seconds = tooMany(request);
      if (seconds > 0) return sendError(reply.header("retry-after", String(seconds)), refusal());
      const token = readForm(request, ["logout_token"]).get("logout_token") ?? "";
      if (await identity.logouts.takeToken(id, token, contextOf(request))) return reply.code(200).send();
      throw new HoldfastError("request_invalid", "The logout token is not good.");
    },
  );
}
