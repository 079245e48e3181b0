import type { FastifyInstance, FastifyRequest } from "fastify";
import { invitationMessage } from "#mail";
import { parseFields } from "../body.ts";
import { grantInfo } from "../identity/session.ts";
import { authorityOf, holderOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { instant, wantedText } from "./fields.ts";
import { grantFields } from "./grant-fields.ts";
import { mailOf } from "./mail-of.ts";

const PATH = "/holdfast/v1/admin/invitations";

/** Letting people in. A link is in the answer that makes it, or in a mail, and nowhere else. */
export function invitationRoutes(app: FastifyInstance, context: AdministrationContext): void {
  const { environments, identity, instance, publicUrl } = context;

  app.get(PATH, { config: { access: "operator", permission: "people.read", audit: null } }, async () => ({
    data: identity.invitations.list().map(({ createdAt, email, expiresAt, grant, id }) => ({
      id,
      email,
      ...grantInfo(grant),
      created_at: instant(createdAt),
      expires_at: instant(expiresAt),
    })),
  }));

  app.post(
    PATH,
    { config: { access: "operator", permission: "people.manage", audit: "invitation.created" } },
    async (request, reply) => {
      const fields = parseFields(request.body);
      const mail = mailOf(fields, context);
      const by = holderOf(request);
      const { email, expiresAt, id, token } = await identity.invitations.invite(by, {
        email: wantedText(fields, "email"),
        grant: grantFields(fields, environments),
        isMailed: mail !== null,
      });
      const link = `${publicUrl()}/join#${token}`;
      const made = { id, expires_at: instant(expiresAt) };
      if (mail === null) return reply.code(201).send({ data: { ...made, link } });
      try {
        await mail.send(invitationMessage({ to: email, instance, link, expiresAt }));
      } catch (error) {
        // Nobody has the link: it opens nothing to anybody.
        await identity.invitations.revoke(by, id);
        throw error;
      }
      // Whoever it is for has the link, and nobody else.
      return reply.code(201).send({ data: { ...made, sent_to: email } });
    },
  );

  app.post(
    `${PATH}/:id/revoke`,
    { config: { access: "operator", permission: "people.manage", audit: "invitation.revoked" } },
    async (request: FastifyRequest<{ Params: { id: string } }>) => {
      await identity.invitations.revoke(holderOf(request), request.params.id);
      return { data: {} };
    },
  );

  // Whoever has the machine prints the link anew; once there are people there is none.
  app.post(
    "/holdfast/v1/admin/set-up-link",
    { config: { access: "operator", permission: "people.manage", audit: "set_up.offered" } },
    async (request) => {
      const { expiresAt, token } = await identity.setUp.link(authorityOf(request));
      return { data: { link: `${publicUrl()}/set-up#${token}`, expires_at: instant(expiresAt) } };
    },
  );
}
