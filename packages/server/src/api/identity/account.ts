import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { instant, wantedText } from "../administration/fields.ts";
import { parseFields } from "../body.ts";
import type { IdentityContext } from "./context.ts";
import { contextOf, signedInOf } from "./context.ts";
import { readCookie, setCookie } from "./cookies.ts";

const ROOT = "/holdfast/v1/identity";

/** How somebody signs in, as they themselves change it. */
export function accountRoutes(app: FastifyInstance, { identity, publicUrl }: IdentityContext): void {
  const { ownAccount, passkeys, people, sessions } = identity;
  /** Also for who has to add a factor first. */
  const enrolment = {
    config: { access: "person", isEnrolment: true, needsFresh: true, needsFactor: true },
  } as const;
  const act = { config: { access: "person", needsFresh: true, needsFactor: true } } as const;

  /**
   * Whoever adds the first factor shows it as they do: their session counts as if they had signed in with it, under another secret.
   * With one that is there already a session that has not shown it gains nothing by adding more.
   */
  async function strengthen(
    request: FastifyRequest,
    reply: FastifyReply,
    how: string,
    { isFirst }: { readonly isFirst: boolean },
  ): Promise<void> {
    const secret = readCookie(request, "session", publicUrl());
    if (!isFirst || secret === null) return;
    const begun = await sessions.renew(secret, how, true, contextOf(request));
    setCookie(reply, "session", begun.secret, publicUrl());
  }

  app.get(`${ROOT}/factors`, { config: { access: "person", isEnrolment: true } }, async (request) => {
    const {
      passkeys: passkeyCount,
      password,
      recoveryCodesLeft,
      totp,
    } = people.factorsOf(signedInOf(request).person.id);
    return { data: { password, totp, passkeys: passkeyCount, recovery_codes_left: recoveryCodesLeft } };
  });

  app.post(`${ROOT}/password`, { config: { access: "person", isAttempt: true } }, async (request) => {
    const fields = parseFields(request.body);
    await ownAccount.changePassword(
      signedInOf(request),
      { current: wantedText(fields, "current"), password: wantedText(fields, "password") },
      contextOf(request),
    );
    return { data: {} };
  });

  app.post(`${ROOT}/totp`, enrolment, async (request) => ({
    data: await ownAccount.beginTotp(signedInOf(request)),
  }));

  app.post(`${ROOT}/totp/confirm`, enrolment, async (request, reply) => {
    const code = wantedText(parseFields(request.body), "code");
    const added = await ownAccount.confirmTotp(signedInOf(request), code, contextOf(request));
    await strengthen(request, reply, "totp", added);
    return { data: {} };
  });

  app.post(`${ROOT}/totp/remove`, act, async (request) => {
    await ownAccount.removeTotp(signedInOf(request), contextOf(request));
    return { data: {} };
  });

  app.post(`${ROOT}/recovery-codes`, act, async (request) => ({
    data: { recovery_codes: await ownAccount.makeRecoveryCodes(signedInOf(request), contextOf(request)) },
  }));

  app.get(`${ROOT}/passkeys`, { config: { access: "person", isEnrolment: true } }, async (request) => ({
    data: passkeys
      .list(signedInOf(request).person.id)
      .map(({ createdAt, id, lastUsedAt, name, suspendedAt }) => ({
        id,
        name,
        created_at: instant(createdAt),
        last_used_at: instant(lastUsedAt),
        suspended: suspendedAt !== null,
      })),
  }));

  app.post(`${ROOT}/passkeys/options`, enrolment, async (request, reply) => {
    const { options, secret } = await passkeys.beginAdding(signedInOf(request));
    setCookie(reply, "passkey", secret, publicUrl());
    return { data: { options } };
  });

  app.post(`${ROOT}/passkeys`, enrolment, async (request, reply) => {
    const fields = parseFields(request.body);
    const added = await passkeys.add(
      signedInOf(request),
      {
        secret: readCookie(request, "passkey", publicUrl()),
        name: wantedText(fields, "name"),
        response: fields["response"],
      },
      contextOf(request),
    );
    setCookie(reply, "passkey", null, publicUrl());
    await strengthen(request, reply, "passkey", added);
    return reply.code(201).send({ data: {} });
  });

  app.post(
    `${ROOT}/passkeys/:id/remove`,
    act,
    async (request: FastifyRequest<{ Params: { id: string } }>) => {
      await passkeys.remove(signedInOf(request), request.params.id, contextOf(request));
      return { data: {} };
    },
  );
}
