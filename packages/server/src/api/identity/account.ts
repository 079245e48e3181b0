import type { FastifyInstance } from "fastify";
import { wantedText } from "../administration/fields.ts";
import { parseFields } from "../body.ts";
import type { IdentityContext } from "./context.ts";
import { contextOf, signedInOf } from "./context.ts";

const ROOT = "/holdfast/v1/identity";

/** How somebody signs in, as they themselves change it. */
export function accountRoutes(app: FastifyInstance, { identity }: IdentityContext): void {
  const { ownAccount, people } = identity;
  /** Also for who has to add a factor first. */
  const enrolment = { config: { access: "person", isEnrolment: true, needsFresh: true } } as const;
  const act = { config: { access: "person", needsFresh: true } } as const;

  app.get(`${ROOT}/factors`, { config: { access: "person", isEnrolment: true } }, async (request) => {
    const { passkeys, password, recoveryCodesLeft, totp } = people.factorsOf(signedInOf(request).person.id);
    return { data: { password, totp, passkeys, recovery_codes_left: recoveryCodesLeft } };
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

  app.post(`${ROOT}/totp/confirm`, enrolment, async (request) => {
    const code = wantedText(parseFields(request.body), "code");
    await ownAccount.confirmTotp(signedInOf(request), code, contextOf(request));
    return { data: {} };
  });

  app.post(`${ROOT}/totp/remove`, act, async (request) => {
    await ownAccount.removeTotp(signedInOf(request), contextOf(request));
    return { data: {} };
  });

  app.post(`${ROOT}/recovery-codes`, act, async (request) => ({
    data: { recovery_codes: await ownAccount.makeRecoveryCodes(signedInOf(request), contextOf(request)) },
  }));
}
