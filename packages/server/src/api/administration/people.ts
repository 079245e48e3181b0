import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Person } from "#identity";
import { resetMessage } from "#mail";
import { parseFields } from "../body.ts";
import { grantInfo, sessionInfo } from "../identity/session.ts";
import { holderOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { instant, textField } from "./fields.ts";
import { booleanField, grantFields, objectsField } from "./grant-fields.ts";
import { mailOf } from "./mail-of.ts";

type OfPerson = FastifyRequest<{ Params: { id: string } }>;

const PATH = "/holdfast/v1/admin/people";

/** People, as those who administer them see them. */
export function peopleRoutes(app: FastifyInstance, context: AdministrationContext): void {
  const { environments, identity, instance, publicUrl } = context;
  const { people, resets } = identity;
  const reading = { config: { access: "operator", permission: "people.read", audit: null } } as const;
  const managing = (
    audit:
      | "person.granted"
      | "person.deactivated"
      | "person.reactivated"
      | "person.changed"
      | "session.ended"
      | "reset.offered",
  ) => ({ config: { access: "operator", permission: "people.manage", audit } }) as const;

  function shown(person: Person) {
    const { passkeys, password, totp } = people.factorsOf(person.id);
    return {
      id: person.id,
      name: person.name,
      email: person.email,
      state: person.deactivatedAt === null ? "active" : "deactivated",
      grants: person.grants.map(grantInfo),
      mfa: totp || passkeys > 0,
      sign_in: [
        ...(password ? ["password"] : []),
        ...(passkeys > 0 ? ["passkey"] : []),
        ...identity.connections.linkedTo(person.id).map(({ id, kind }) => `${kind}:${id}`),
      ],
      break_glass: person.isBreakGlass,
      managed_by: person.managedBy,
      created_at: instant(person.createdAt),
      last_signed_in_at: instant(person.lastSignedInAt),
    };
  }

  app.get(PATH, reading, async () => ({ data: people.list().map(shown) }));

  app.get(`${PATH}/:id`, reading, async ({ params }: OfPerson) => {
    const person = people.get(params.id);
    if (person === null) throw new HoldfastError("not_found", "There is no such person.");
    return {
      data: {
        ...shown(person),
        sessions: people.sessionsOf(person.id).map((session) => sessionInfo(session, null)),
      },
    };
  });

  app.post(`${PATH}/:id/grants`, managing("person.granted"), async (request: OfPerson) => {
    const listed = objectsField(parseFields(request.body), "grants");
    if (listed === null) throw new HoldfastError("request_invalid", "The body must have grants.");
    const grants = listed.map((fields) => grantFields(fields, environments));
    return { data: shown(await people.setGrants(holderOf(request), request.params.id, grants)) };
  });

  app.post(`${PATH}/:id/deactivate`, managing("person.deactivated"), async (request: OfPerson) => {
    const reason = textField(parseFields(request.body), "reason");
    await people.deactivate(holderOf(request), request.params.id, reason);
    return { data: {} };
  });

  app.post(`${PATH}/:id/reactivate`, managing("person.reactivated"), async (request: OfPerson) => {
    await people.reactivate(holderOf(request), request.params.id);
    return { data: {} };
  });

  app.post(`${PATH}/:id/sign-out`, managing("session.ended"), async (request: OfPerson) => {
    const reason = textField(parseFields(request.body), "reason");
    await people.signOut(holderOf(request), request.params.id, reason);
    return { data: {} };
  });

  app.post(`${PATH}/:id/break-glass`, managing("person.changed"), async (request: OfPerson) => {
    const isBreakGlass = booleanField(parseFields(request.body), "break_glass");
    if (isBreakGlass === null) throw new HoldfastError("request_invalid", "The body must have break_glass.");
    await people.setBreakGlass(holderOf(request), request.params.id, isBreakGlass);
    return { data: {} };
  });

  app.post(`${PATH}/:id/reset`, managing("reset.offered"), async (request: OfPerson) => {
    const { body } = request;
    const fields = Buffer.isBuffer(body) && body.length > 0 ? parseFields(body) : {};
    const mail = mailOf(fields, context);
    const { email, expiresAt, token } = await resets.offer(holderOf(request), request.params.id, {
      isWhole: booleanField(fields, "second_factors") ?? false,
      isMailed: mail !== null,
    });
    const link = `${publicUrl()}/reset#${token}`;
    if (mail === null) return { data: { link, expires_at: instant(expiresAt) } };
    await mail.send(resetMessage({ to: email, instance, link, expiresAt }));
    return { data: { sent_to: email, expires_at: instant(expiresAt) } };
  });
}
