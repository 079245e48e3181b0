import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseFields } from "../body.ts";
import { grantInfo } from "../identity/session.ts";
import { authorityOf, holderOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { instant, wantedText } from "./fields.ts";
import { grantFields } from "./grant-fields.ts";

const PATH = "/holdfast/v1/admin/invitations";

/** Letting people in. A link is in the answer that makes it, and in no other. */
export function invitationRoutes(app: FastifyInstance, context: AdministrationContext): void {
  const { environments, identity, publicUrl } = context;

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
      const { expiresAt, id, token } = await identity.invitations.invite(holderOf(request), {
        email: wantedText(fields, "email"),
        grant: grantFields(fields, environments),
      });
      const link = `${publicUrl()}/join#${token}`;
      return reply.code(201).send({ data: { id, link, expires_at: instant(expiresAt) } });
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
