import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseFields } from "../body.ts";
import { grantInfo } from "../identity/session.ts";
import { holderOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { expiryField, instant, listField, textField, wantedText } from "./fields.ts";
import { grantFields } from "./grant-fields.ts";

const PATH = "/holdfast/v1/admin/service-accounts";
/** How long a token is good unless its maker says otherwise. */
const LIFETIME = "90d";

/** Accounts of machines, and their tokens. A token's text is in the answer that makes it, and in no other. */
export function serviceAccountRoutes(app: FastifyInstance, context: AdministrationContext): void {
  const { environments, identity, machineClock } = context;
  const { serviceAccounts } = identity;

  app.get(
    PATH,
    { config: { access: "operator", permission: "service_accounts.read", audit: null } },
    async () => ({
      data: serviceAccounts.list().map(({ createdAt, grants, id, name, tokens }) => ({
        id,
        name,
        ...(grants[0] === undefined ? {} : grantInfo(grants[0])),
        created_at: instant(createdAt),
        tokens: tokens.map((token) => ({
          id: token.id,
          name: token.name,
          created_at: instant(token.createdAt),
          expires_at: instant(token.expiresAt),
          revoked_at: instant(token.revokedAt),
          last_used_at: instant(token.lastUsedAt),
          addresses: token.addresses,
          scopes: token.scopes,
        })),
      })),
    }),
  );

  app.post(
    PATH,
    {
      config: { access: "operator", permission: "service_accounts.manage", audit: "service_account.created" },
    },
    async (request, reply) => {
      const fields = parseFields(request.body);
      const id = await serviceAccounts.create(holderOf(request), {
        name: wantedText(fields, "name"),
        grant: grantFields(fields, environments),
      });
      return reply.code(201).send({ data: { id } });
    },
  );

  app.post(
    `${PATH}/:id/remove`,
    {
      config: { access: "operator", permission: "service_accounts.manage", audit: "service_account.removed" },
    },
    async (request: FastifyRequest<{ Params: { id: string } }>) => {
      await serviceAccounts.remove(holderOf(request), request.params.id);
      return { data: {} };
    },
  );

  app.post(
    `${PATH}/:id/tokens`,
    { config: { access: "operator", permission: "service_accounts.manage", audit: "service_token.created" } },
    async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
      const fields = parseFields(request.body);
      const now = machineClock.now();
      const expires = { expires: textField(fields, "expires") ?? LIFETIME };
      const expiresAt = expiryField(expires, "expires", now) ?? now;
      const made = await serviceAccounts.makeToken(holderOf(request), request.params.id, {
        name: textField(fields, "name") ?? "token",
        expiresAt,
        scopes: listField(fields, "scopes"),
        addresses: listField(fields, "addresses"),
      });
      return reply.code(201).send({ data: { ...made, expires_at: instant(expiresAt) } });
    },
  );

  app.post(
    `${PATH}/:id/tokens/:token/revoke`,
    { config: { access: "operator", permission: "service_accounts.manage", audit: "service_token.revoked" } },
    async (request: FastifyRequest<{ Params: { id: string; token: string } }>) => {
      const { id, token } = request.params;
      const reason = textField(parseFields(request.body), "reason");
      await serviceAccounts.revokeToken(holderOf(request), id, token, reason);
      return { data: {} };
    },
  );
}
