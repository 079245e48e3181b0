import type { Grant } from "@holdfast/protocol";
import { HoldfastError, ROLES } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Holder } from "#keys";
import { parseFields } from "../body.ts";
import { unknownEnvironment } from "./acts-of.ts";
import { authorityOf, grantsOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { expiryField, instant, listField, textField, wantedText } from "./fields.ts";

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
      const grant = grantFields(fields);
      const made = await operators.create(holderOf(request), {
        name: wantedText(fields, "name"),
        expiresAt,
        grant,
      });
      const { environments: names, role } = grant;
      return reply
        .code(201)
        .send({ data: { ...made, role, environments: names, expires_at: instant(expiresAt) } });
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

  /** @throws HoldfastError `request_invalid`, or `environment_unknown` for one that there is not */
  function grantFields(fields: Readonly<Record<string, unknown>>): Grant {
    const named = textField(fields, "role");
    const role = ROLES.find((each) => each === named);
    // Nobody is made an owner because nothing was said.
    if (role === undefined)
      throw new HoldfastError("request_invalid", `role must be one of ${ROLES.join(", ")}.`);
    const names = listField(fields, "environments");
    if (names?.length === 0)
      throw new HoldfastError(
        "request_invalid",
        "environments is empty, which would allow nothing: leave it out to allow all of them.",
      );
    for (const name of names ?? []) if (environments.get(name) === null) throw unknownEnvironment(name);
    return { role, environments: names };
  }
}

function holderOf(request: FastifyRequest): Holder {
  return { authority: authorityOf(request), grants: grantsOf(request) };
}
