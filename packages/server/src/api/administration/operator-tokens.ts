import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseFields } from "../body.ts";
import { holderOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { expiryField, instant, textField, wantedText } from "./fields.ts";
import { grantFields } from "./grant-fields.ts";

const PATH = "/holdfast/v1/admin/operator-tokens";
/** How long a token is good unless its maker says otherwise. */
const LIFETIME = "90d";

/** Tokens of operators. A token's text is in the answer that makes it, and in no other. */
export function operatorTokenRoutes(
  app: FastifyInstance,
  { environments, machineClock, operators }: AdministrationContext,
): void {
  app.get(PATH, { config: { access: "operator", permission: "tokens.read", audit: null } }, async () => ({
    data: (await operators.list()).map(
      ({ createdAt, expiresAt, grant, id, lastUsedAt, name, revokedAt }) => ({
        id,
        name,
        role: grant.role,
        environments: grant.environments,
        payloads: grant.payloads === true,
        created_at: instant(createdAt),
        expires_at: instant(expiresAt),
        revoked_at: instant(revokedAt),
        last_used_at: instant(lastUsedAt),
      }),
    ),
  }));

  app.post(
    PATH,
    { config: { access: "operator", permission: "tokens.manage", audit: "operator_token.created" } },
    async (request, reply) => {
      const fields = parseFields(request.body);
      const expiresAt = expiryField(
        { expires: textField(fields, "expires") ?? LIFETIME },
        "expires",
        machineClock.now(),
      );
      const grant = grantFields(fields, environments);
      const made = await operators.create(holderOf(request), {
        name: wantedText(fields, "name"),
        expiresAt,
        grant,
      });
      const { environments: names, payloads = false, role } = grant;
      return reply
        .code(201)
        .send({ data: { ...made, role, environments: names, payloads, expires_at: instant(expiresAt) } });
    },
  );

  app.post(
    `${PATH}/:id/revoke`,
    { config: { access: "operator", permission: "tokens.manage", audit: "operator_token.revoked" } },
    async (request: FastifyRequest<{ Params: { id: string } }>) => {
      const reason = textField(parseFields(request.body), "reason");
      await operators.revoke(holderOf(request), request.params.id, reason);
      return { data: { id: request.params.id } };
    },
  );
}
