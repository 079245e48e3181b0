import type { FastifyInstance } from "fastify";
import { instant, wantedText } from "../administration/fields.ts";
import { parseFields } from "../body.ts";
import type { IdentityContext } from "./context.ts";
import { contextOf } from "./context.ts";
import { handOver } from "./session.ts";

const ROOT = "/holdfast/v1/identity";

/** What one-time links lead to. Following one changes nothing: the page posts its token. */
export function linkRoutes(app: FastifyInstance, { identity, instance, publicUrl }: IdentityContext): void {
  const attempt = { config: { access: "page", isAttempt: true } } as const;

  app.post(`${ROOT}/set-up`, attempt, async (request, reply) => {
    const fields = parseFields(request.body);
    const { begun, recoveryCodes } = await identity.setUp.complete(
      {
        token: wantedText(fields, "token"),
        name: wantedText(fields, "name"),
        email: wantedText(fields, "email"),
        password: wantedText(fields, "password"),
      },
      contextOf(request),
    );
    handOver(reply, begun, publicUrl());
    return reply.code(201).send({ data: { recovery_codes: recoveryCodes } });
  });

  app.post(`${ROOT}/invitations/look`, attempt, async (request) => {
    const { email, expiresAt, grant } = identity.invitations.look(
      wantedText(parseFields(request.body), "token"),
    );
    return {
      data: {
        email,
        role: grant.role,
        environments: grant.environments,
        expires_at: instant(expiresAt),
        instance,
        sso: identity.connectionFor(email)?.isRequired === true,
      },
    };
  });

  app.post(`${ROOT}/invitations/accept`, attempt, async (request, reply) => {
    const fields = parseFields(request.body);
    const { begun, recoveryCodes } = await identity.invitations.accept(
      {
        token: wantedText(fields, "token"),
        name: wantedText(fields, "name"),
        password: wantedText(fields, "password"),
        isSignedIn: request.signedIn !== null,
      },
      contextOf(request),
    );
    handOver(reply, begun, publicUrl());
    return reply.code(201).send({ data: { recovery_codes: recoveryCodes } });
  });

  app.post(`${ROOT}/resets/accept`, attempt, async (request) => {
    const fields = parseFields(request.body);
    await identity.resets.accept(
      { token: wantedText(fields, "token"), password: wantedText(fields, "password") },
      contextOf(request),
    );
    return { data: {} };
  });
}
