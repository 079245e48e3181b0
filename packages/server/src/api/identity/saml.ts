import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { createAttempts } from "../attempts.ts";
import { asHoldfastError, sendError } from "../errors.ts";
import { answerArrival } from "./arrival.ts";
import type { IdentityContext } from "./context.ts";
import { contextOf } from "./context.ts";
import { readCookie, setCookie } from "./cookies.ts";
import { deliver } from "./delivery.ts";
import { depart } from "./departure.ts";
import { readForm } from "./form.ts";

type OfConnection = FastifyRequest<{ Params: { id: string } }>;

/** Largest form that an identity provider posts. */
const FORM_BYTES_MAX = 384 * 1024;
/** Responses that one network may post in a minute, and that are read at once. */
const POSTS_MAX = 30;
const AT_ONCE_MAX = 5;

/** SAML 2.0: our metadata, and the ways to the provider and back. */
export function samlRoutes(app: FastifyInstance, context: IdentityContext): void {
  const { identity, machineClock, publicUrl } = context;
  const posts = createAttempts(machineClock, POSTS_MAX);
  let atOnce = 0;

  const returned = (request: FastifyRequest, message: unknown) => ({
    message,
    browser: readCookie(request, "visit", publicUrl()),
    session: identity.sessions.hashOf(readCookie(request, "session", publicUrl())),
    signedIn: request.signedIn,
    context: contextOf(request),
  });

  app.get(
    "/saml/:id/metadata",
    { config: { access: "provider" } },
    async ({ params }: OfConnection, reply) => {
      const xml = identity.metadataOf(params.id);
      return reply.header("content-type", "application/samlmetadata+xml; charset=utf-8").send(xml);
    },
  );

  app.get("/saml/:id/start", { config: { access: "provider" } }, async (request: OfConnection, reply) =>
    depart(request, reply, context, `/saml/${request.params.id}/acs`),
  );

  app.post(
    "/saml/:id/acs",
    {
      config: { access: "provider" },
      bodyLimit: FORM_BYTES_MAX,
      // What could not be read is turned away like what could, and is in the log as well.
      errorHandler(error, request, reply) {
        const { code } = asHoldfastError(error);
        if (code !== "body_too_large" && code !== "request_invalid") throw error;
        const { id } = request.params as OfConnection["params"];
        const reason = code === "body_too_large" ? "saml_too_large" : "saml_duplicate_parameter";
        void answerArrival(reply, identity.sso.turnAway(id, reason, returned(request, null)), publicUrl());
      },
    },
    async (request, reply) => {
      const { id } = request.params as OfConnection["params"];
      const waitMs = posts.waitMs(request.ip);
      if (waitMs > 0 || atOnce >= AT_ONCE_MAX)
        return sendError(
          reply.header("retry-after", String(Math.max(1, Math.ceil(waitMs / 1000)))),
          new HoldfastError("rate_limited", "Too many answers of identity providers come in."),
        );
      posts.note(request.ip);
      atOnce += 1;
      try {
        const form = readForm(request, ["SAMLResponse", "RelayState"]);
        // What RelayState says is not followed: the request record says where the visit came from.
        const arrival = await identity.sso.comeBack("saml", id, returned(request, form.get("SAMLResponse")));
        setCookie(reply, "visit", null, publicUrl(), `/saml/${id}/acs`);
        return answerArrival(reply, arrival, publicUrl());
      } finally {
        atOnce -= 1;
      }
    },
  );

  app.get("/saml/:id/slo", { config: { access: "provider" } }, async (request: OfConnection, reply) => {
    const [, query = ""] = (request.raw.url ?? "").split("?", 2);
    const answer = await identity.logouts.take(
      request.params.id,
      { binding: "redirect", query },
      contextOf(request),
    );
    return answer === null
      ? reply.code(303).header("location", "/sign-in?e=signed-out").send()
      : deliver(reply, answer);
  });

  app.post(
    "/saml/:id/slo",
    { config: { access: "provider" }, bodyLimit: FORM_BYTES_MAX },
    async (request: OfConnection, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body.toString("utf8") : "";
      const answer = await identity.logouts.take(
        request.params.id,
        { binding: "post", body },
        contextOf(request),
      );
      return answer === null
        ? reply.code(303).header("location", "/sign-in?e=signed-out").send()
        : deliver(reply, answer);
    },
  );

  app.get("/saml/:id/farewell", { config: { access: "provider" } }, async (request: OfConnection, reply) => {
    const { h } = request.query as { readonly h?: unknown };
    const delivery = identity.logouts.takeFarewell(typeof h === "string" ? h : null);
    return delivery === null
      ? reply.code(303).header("location", "/sign-in").send()
      : deliver(reply, delivery);
  });
}
