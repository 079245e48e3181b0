import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Connection } from "#identity";
import { mapAccount } from "#identity";
import { isSamlError, readIdpMetadata, sentenceOf } from "#saml";
import type { IdpMetadata } from "#saml";
import { parseFields } from "../body.ts";
import { grantInfo } from "../identity/session.ts";
import { authorityOf, holderOf, personOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { instant, textField, wantedText } from "./fields.ts";
import { objectField } from "./grant-fields.ts";
import { connectionShape } from "./sso-shape.ts";
import { httpsUrl, mapFields, protocolFields } from "./sso-fields.ts";

type OfConnection = FastifyRequest<{ Params: { id: string } }>;

const PATH = "/holdfast/v1/admin/sso";

/** Connections to identity providers: setting them up, trying them, turning them on. */
export function ssoRoutes(app: FastifyInstance, context: AdministrationContext): void {
  const { environments, fetchMetadata, identity, machineClock } = context;
  const { connections, emergencyCodes, sso } = identity;
  const reading = { config: { access: "operator", permission: "sso.read", audit: null } } as const;
  /** Looks and keeps nothing: no act of the log. */
  const trying = { config: { access: "operator", permission: "sso.manage", audit: null } } as const;
  const acting = (
    audit:
      | "sso_connection.created"
      | "sso_connection.changed"
      | "sso_connection.enabled"
      | "sso_connection.confirmed"
      | "sso_connection.removed"
      | "emergency_codes.made"
      | "directory.token_made"
      | "directory.token_revoked"
      | "directory.held",
  ) => ({ config: { access: "operator", permission: "sso.manage", audit } }) as const;

  const shown = (connection: Connection) => ({
    data: connectionShape(connection, identity, machineClock.now()),
  });
  function known(id: string): Connection {
    const found = connections.get(id);
    if (found === null) throw new HoldfastError("not_found", "There is no such connection.");
    return found;
  }

  async function metadataOf(
    body: unknown,
  ): Promise<{ readonly metadata: IdpMetadata; readonly url: string | null }> {
    const fields = parseFields(body);
    const url = textField(fields, "url");
    const xml = url === null ? wantedText(fields, "xml") : await fetchMetadata(httpsUrl(url, "url"));
    return { metadata: asRequest(() => readIdpMetadata(xml, machineClock.now())), url };
  }

  app.get(PATH, reading, async () => ({
    data: connections.list().map((connection) => connectionShape(connection, identity, machineClock.now())),
  }));

  app.post(PATH, acting("sso_connection.created"), async (request, reply) => {
    const fields = parseFields(request.body);
    const kind = textField(fields, "kind");
    const name = wantedText(fields, "name");
    const by = holderOf(request);
    if (kind !== "saml" && kind !== "oidc")
      throw new HoldfastError("request_invalid", "kind must be saml or oidc.");
    const made =
      kind === "saml"
        ? await connections.createSaml(by, name)
        : await connections.createOidc(by, name, {
            issuer: httpsUrl(wantedText(fields, "issuer"), "issuer"),
            clientId: wantedText(fields, "client_id"),
            clientSecret: textField(fields, "client_secret"),
            tenant: textField(fields, "tenant"),
          });
    return reply.code(201).send(shown(made));
  });

  app.get(`${PATH}/:id`, reading, async ({ params }: OfConnection) => shown(known(params.id)));

  app.post(`${PATH}/:id`, acting("sso_connection.changed"), async (request: OfConnection) => {
    const fields = parseFields(request.body);
    const before = known(request.params.id);
    const name = textField(fields, "name");
    const change = {
      ...(name === null ? {} : { name }),
      map: mapFields(fields, before.map, environments),
      ...asRequest(() => protocolFields(fields, before, machineClock.now())),
    };
    return shown(await connections.change(holderOf(request), before.id, change));
  });

  app.post(`${PATH}/:id/remove`, acting("sso_connection.removed"), async (request: OfConnection) => {
    await connections.remove(holderOf(request), request.params.id);
    return { data: {} };
  });

  app.post(`${PATH}/metadata`, trying, async (request) => {
    const { metadata } = await metadataOf(request.body);
    return {
      data: {
        entity_id: metadata.entityId,
        sso_url: metadata.sso.url,
        slo_url: metadata.slo?.url ?? null,
        binding: metadata.sso.binding,
        certificates: metadata.certificates.map(({ notAfter, notBefore, sha256, subject }) => ({
          sha256,
          subject,
          not_before: instant(notBefore),
          not_after: instant(notAfter),
        })),
        name_id_formats: metadata.nameIdFormats,
        warnings: metadata.warnings,
      },
    };
  });

  app.post(`${PATH}/:id/metadata`, acting("sso_connection.changed"), async (request: OfConnection) => {
    const { metadata, url } = await metadataOf(request.body);
    return shown(await connections.takeMetadata(holderOf(request), request.params.id, metadata, url));
  });

  for (const [verb, state] of [
    ["activate", "active"],
    ["retire", "retired"],
  ] as const)
    app.post(
      `${PATH}/:id/certificates/:sha256/${verb}`,
      acting("sso_connection.changed"),
      async (request: FastifyRequest<{ Params: { id: string; sha256: string } }>) => {
        const { id, sha256 } = request.params;
        return shown(await connections.turnCertificate(holderOf(request), id, sha256, state));
      },
    );

  for (const step of ["prepare", "turn", "give-up"] as const)
    app.post(
      `${PATH}/:id/own-keys/${step}`,
      acting("sso_connection.changed"),
      async (request: OfConnection) =>
        shown(await connections.changeOwnKeys(holderOf(request), request.params.id, step)),
    );

  app.post(`${PATH}/:id/map-preview`, trying, async (request: OfConnection) => {
    const { map } = known(request.params.id);
    const given = objectField(parseFields(request.body), "attributes") ?? {};
    const attributes = new Map(
      Object.entries(given).map(([name, values]) => [
        name,
        Array.isArray(values) ? values.map(String) : [String(values)],
      ]),
    );
    const subject = map.attributes.email === null ? (attributes.get("NameID")?.[0] ?? "") : "";
    const account = mapAccount({ subject, attributes }, map);
    return {
      data: {
        email: account.address?.text ?? null,
        name: account.name,
        groups: account.groups,
        grants: account.grants.map(grantInfo),
        verdict: verdictOf(account.address !== null, account.grants.length),
      },
    };
  });

  app.post(`${PATH}/:id/test`, trying, async (request: OfConnection) => {
    const who = personOf(request);
    const handle = identity.newHandle();
    const url = sso.invite(
      known(request.params.id).id,
      { kind: "test", person: who.person.id, session: who.session.id, handle },
      null,
    );
    return { data: { url, handle } };
  });

  app.get(
    `${PATH}/:id/tests/:handle`,
    reading,
    async (request: FastifyRequest<{ Params: { handle: string } }>) => {
      const result = sso.test(request.params.handle, personOf(request));
      if (result === null)
        throw new HoldfastError("not_found", "There is no such test of yours, or it is over.");
      if (result.state === "waiting") return { data: { state: "waiting", checks: [] } };
      const { checks, code, grants, identity: found, outcome, sentence, state } = result;
      return {
        data: {
          state,
          checks,
          ...(found === null
            ? {}
            : {
                identity: {
                  name_id: found.subject,
                  email: found.email,
                  name: found.name,
                  groups: found.groups,
                },
              }),
          grants: grants.map(grantInfo),
          outcome,
          ...(code === null ? {} : { code, sentence }),
        },
      };
    },
  );

  app.post(`${PATH}/:id/enable`, acting("sso_connection.enabled"), async (request: OfConnection) => {
    const fields = parseFields(request.body);
    const state = textField(fields, "state");
    if (state !== "optional" && state !== "required" && state !== "disabled")
      throw new HoldfastError("request_invalid", "state must be optional, required or disabled.");
    const reason = textField(fields, "reason");
    return shown(await connections.enable(holderOf(request), request.params.id, state, reason));
  });

  app.post(`${PATH}/:id/confirm`, acting("sso_connection.confirmed"), async (request: OfConnection) =>
    shown(await connections.confirm(personOf(request), holderOf(request), request.params.id)),
  );

  const { directories } = identity;
  const opened = (id: string, token: string) => ({ data: { base_url: identity.scimUrl(id), token } });

  app.post(`${PATH}/:id/scim`, acting("directory.token_made"), async (request: OfConnection, reply) => {
    const { id } = request.params;
    return reply.code(201).send(opened(id, await directories.open(holderOf(request), id)));
  });

  app.post(`${PATH}/:id/scim/rotate`, acting("directory.token_made"), async (request: OfConnection) => {
    const { id } = request.params;
    return opened(id, await directories.rotate(holderOf(request), id));
  });

  app.post(`${PATH}/:id/scim/remove`, acting("directory.token_revoked"), async (request: OfConnection) => {
    await directories.close(holderOf(request), request.params.id);
    return { data: {} };
  });

  app.post(`${PATH}/:id/scim/allow`, acting("directory.held"), async (request: OfConnection) => {
    await directories.allowMany(holderOf(request), request.params.id);
    return { data: {} };
  });

  app.post(`${PATH}/break-glass-codes`, acting("emergency_codes.made"), async (request) => {
    authorityOf(request);
    return { data: { codes: await emergencyCodes.make(holderOf(request)) } };
  });
}

/** What is wrong with a document that an administrator gave, said to that administrator. */
function asRequest<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!isSamlError(error)) throw error;
    throw new HoldfastError("request_invalid", sentenceOf(error.code), {
      cause: error,
      details: { reason: error.code },
    });
  }
}

function verdictOf(hasAddress: boolean, grantCount: number): string {
  if (!hasAddress) return "Refused: these attributes have no single e-mail address.";
  return grantCount === 0
    ? "Refused: none of the groups gives a role here."
    : "Let in, if the address is in a verified domain of this connection.";
}
