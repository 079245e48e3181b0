import type { FastifyReply } from "fastify";
import type { Arrival } from "#identity";
import { setCookie } from "./cookies.ts";
import { handOver } from "./session.ts";

/** Answers who comes back from an identity provider. Of a refusal no more is said than a reference to it. */
export function answerArrival(reply: FastifyReply, arrival: Arrival, publicUrl: string): FastifyReply {
  void reply.code(303).header("referrer-policy", "no-referrer");
  switch (arrival.kind) {
    case "signed-in":
      handOver(reply, arrival.begun, publicUrl);
      return reply.header("location", arrival.returnTo).send();
    case "tested":
      return reply.header("location", `/sso-test?handle=${arrival.handle}`).send();
    case "link":
      setCookie(reply, "link", arrival.secret, publicUrl);
      return reply.header("location", "/sign-in?e=link").send();
    case "refused":
      return reply.header("location", `/sign-in?e=sso&ref=${arrival.reference}`).send();
    case "bounce":
      return reply.header("location", arrival.path).send();
  }
}
