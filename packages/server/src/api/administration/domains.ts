import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Domain } from "#identity";
import { parseFields } from "../body.ts";
import { holderOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { instant, wantedText } from "./fields.ts";

type OfDomain = FastifyRequest<{ Params: { domain: string } }>;

const PATH = "/holdfast/v1/admin/domains";

/** Which domains of addresses a connection may speak of. */
export function domainRoutes(app: FastifyInstance, { identity }: AdministrationContext): void {
  const { domains } = identity;
  const acting = (audit: "domain.claimed" | "domain.verified" | "domain.removed") =>
    ({ config: { access: "operator", permission: "sso.manage", audit } }) as const;

  app.get(PATH, { config: { access: "operator", permission: "sso.read", audit: null } }, async () => ({
    data: domains.list().map(shown),
  }));

  app.post(PATH, acting("domain.claimed"), async (request, reply) => {
    const fields = parseFields(request.body);
    const made = await domains.claim(
      holderOf(request),
      wantedText(fields, "domain"),
      wantedText(fields, "connection"),
    );
    return reply.code(201).send({ data: shown(made) });
  });

  app.post(`${PATH}/:domain/verify`, acting("domain.verified"), async (request: OfDomain) => ({
    data: shown(await domains.verify(holderOf(request), request.params.domain)),
  }));

  // For a network without a DNS of its own: the word of whoever runs the server, given by the command on its machine.
  app.post(
    `${PATH}/:domain/trust`,
    { config: { access: "operator", permission: "vault.manage", audit: "domain.verified" } },
    async (request: OfDomain) => {
      if (request.signedIn !== null)
        throw new HoldfastError(
          "forbidden",
          "Whose a domain is, is shown in the DNS, or said by the command on the server's machine.",
        );
      return { data: shown(await domains.trust(holderOf(request), request.params.domain)) };
    },
  );

  app.post(`${PATH}/:domain/remove`, acting("domain.removed"), async (request: OfDomain) => {
    await domains.remove(holderOf(request), request.params.domain);
    return { data: {} };
  });
}

function shown({ connection, domain, recordName, recordValue, verifiedAt, verifiedBy }: Domain) {
  return {
    domain,
    connection,
    state: verifiedAt === null ? "pending" : "verified",
    verified_by: verifiedBy,
    verified_at: instant(verifiedAt),
    record_name: recordName,
    record_value: recordValue,
  };
}
