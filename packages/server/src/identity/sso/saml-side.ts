import type { Clock, Random } from "#kernel";
import type { SamlTrust } from "#saml";
import {
  examineResponse,
  isSamlError,
  peekResponse,
  sentenceOf,
  writeAuthnRequest,
  writeSpMetadata,
} from "#saml";
import type { Connection, Connections } from "./connections.ts";
import type { Delivery, Testimony } from "./provider-side.ts";
import { TestimonyRefused } from "./provider-side.ts";
import type { SamlConnectionRecord } from "./records.ts";
import type { Visit } from "./visits.ts";

export type SamlConnection = SamlConnectionRecord & { readonly id: string };

/** How long a visit at the provider may take, and how fresh a forced sign-in is. */
export interface SamlSide {
  /** Our names and addresses, as the provider needs them. */
  addressesOf(id: string): {
    readonly entityId: string;
    readonly acsUrl: string;
    readonly sloUrl: string;
    readonly metadataUrl: string;
  };
  newRequestId(): string;
  request(connection: SamlConnection, requestId: string, forceAuthn: boolean): Delivery;
  /** The request that a response says it answers; null: none, so that it is unsolicited. @throws TestimonyRefused */
  answers(encoded: unknown): string | null;
  /** @throws TestimonyRefused */
  read(connection: SamlConnection, encoded: unknown, visit: Visit): Promise<Testimony>;
  trustOf(connection: SamlConnection): SamlTrust;
  metadata(connection: SamlConnection): string;
}

const ID_BYTES = 16;
const METADATA_MS = 7 * 24 * 60 * 60 * 1000;

export function isSaml(connection: Connection): connection is SamlConnection {
  return connection.kind === "saml";
}

export function createSamlSide({
  clock,
  connections,
  publicUrl,
  random,
}: {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly random: Random;
  readonly publicUrl: () => string;
}): SamlSide {
  const newRequestId = (): string => `_${Buffer.from(random.bytes(ID_BYTES)).toString("hex")}`;
  const addressesOf = (id: string) => {
    const base = `${publicUrl()}/saml/${id}`;
    return { entityId: base, acsUrl: `${base}/acs`, sloUrl: `${base}/slo`, metadataUrl: `${base}/metadata` };
  };

  function trustOf(connection: SamlConnection): SamlTrust {
    const { id, options, provider } = connection;
    if (provider === null)
      throw new TestimonyRefused(
        "saml_unknown_connection",
        "The connection has no settings of its provider yet.",
      );
    const { acsUrl, entityId, sloUrl } = addressesOf(id);
    const { decryptionKeys, signing } = connections.keysOf(connection);
    return {
      spEntityId: entityId,
      acsUrl,
      sloUrl,
      idpEntityId: provider.entityId,
      sso: provider.sso,
      idpSlo: provider.slo,
      certificates: provider.certificates.map(({ pem, state }) => ({ pem, state })),
      nameIdFormat: options.nameIdFormat,
      wantAssertionsSigned: options.wantAssertionsSigned,
      signRequests: options.signRequests,
      authnContexts: options.authnContexts,
      signingKey: signing,
      decryptionKeys,
    };
  }

  return {
    addressesOf,
    newRequestId,
    trustOf,
    request: (connection, requestId, forceAuthn) =>
      writeAuthnRequest(
        trustOf(connection),
        { id: requestId, nowMs: clock.now(), forceAuthn },
        requestId.slice(1),
      ),
    answers(encoded) {
      try {
        return peekResponse(encoded).inResponseTo;
      } catch (error) {
        throw refusalOf(error);
      }
    },
    async read(connection, encoded, visit) {
      if (!("id" in visit.request))
        throw new TestimonyRefused("saml_in_response_to", "The visit was none of SAML.");
      const examined = await examineResponse(
        encoded,
        trustOf(connection),
        { requestId: visit.request.id, issuedAt: visit.startedAt, forceAuthn: visit.forceAuthn },
        clock.now(),
      );
      if (!examined.ok) {
        const { code } = examined.error;
        throw new TestimonyRefused(code, sentenceOf(code), examined.checks, examined.error);
      }
      const { checks, identity } = examined;
      return {
        statement: { subject: identity.nameId, attributes: identity.attributes },
        sessionIndex: identity.sessionIndex,
        endsAt: identity.sessionNotOnOrAfter,
        message: { id: identity.assertionId, expiresAt: identity.expiresAt },
        checks,
      };
    },
    metadata(connection) {
      const { acsUrl, entityId, sloUrl } = addressesOf(connection.id);
      const { encryptionCertificatesPem, nextSigningCertificatePem, signing } =
        connections.keysOf(connection);
      return writeSpMetadata(
        {
          spEntityId: entityId,
          acsUrl,
          sloUrl,
          nameIdFormat: connection.options.nameIdFormat,
          signRequests: connection.options.signRequests,
          signingKey: signing,
          nextSigningCertificatePem,
          encryptionCertificatesPem,
        },
        newRequestId(),
        clock.now() + METADATA_MS,
      );
    },
  };
}

/** An error of the SAML room as a refusal; anything else is a fault of ours, and stays one. */
function refusalOf(error: unknown): unknown {
  return isSamlError(error) ? new TestimonyRefused(error.code, sentenceOf(error.code), [], error) : error;
}
