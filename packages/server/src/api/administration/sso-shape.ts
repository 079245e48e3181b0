import type { Connection, Identity } from "#identity";
import { stateOf } from "#identity";
import { readCertificate } from "#saml";
import { instant } from "./fields.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Days before the end of a certificate on which it is worth a word. */
const WARN_DAYS = [1, 7, 30, 60];

/** Certificates of ours, by what they are for and how far they are. */
function ownKeysShape({ keys, nextKeys = null }: Extract<Connection, { kind: "saml" }>, now: number) {
  const rows = [
    ["signing", "current", keys.signing],
    ["encryption", "current", keys.decryption],
    ...(nextKeys === null
      ? []
      : ([
          ["signing", "next", nextKeys.signing],
          ["encryption", "next", nextKeys.decryption],
        ] as const)),
  ] as const;
  return rows.map(([use, state, { certificatePem }]) => {
    const { notAfter, sha256 } = readCertificate(certificatePem, now);
    return {
      use,
      state,
      sha256,
      not_after: instant(notAfter),
      warning: warningOf(notAfter, now, "make the next ones, and give them to the provider"),
    };
  });
}

/** A connection as those who administer it see it. No secret is in it. */
export function connectionShape(connection: Connection, identity: Identity, now: number) {
  const { attributes, createsAccounts, defaultRole, groups, roleCeiling } = connection.map;
  const common = {
    id: connection.id,
    name: connection.name,
    state: stateOf(connection, now),
    domains: identity.domains
      .list()
      .filter((domain) => domain.connection === connection.id)
      .map(({ domain }) => domain),
    groups: groups.map(({ environments, group, payloads, role }) => ({
      group,
      role,
      environments,
      payloads: payloads === true,
    })),
    default_role: defaultRole,
    role_ceiling: roleCeiling,
    jit: createsAccounts,
    tested:
      connection.tested === null ? null : { at: instant(connection.tested.at), by: connection.tested.by },
    confirm_by: stateOf(connection, now) === "required" ? instant(connection.confirmBy) : null,
    attempts: identity.attempts
      .of(connection.id)
      .map(({ at, code, emailDomain, outcome, reference, sentence }) => ({
        at: instant(at),
        outcome,
        code,
        sentence,
        email_domain: emailDomain,
        reference: reference === "" ? null : reference,
      })),
    scim: scimShape(connection.id, identity),
  };
  if (connection.kind === "oidc") {
    const { backchannelLogoutUri, redirectUri } = identity.oidc.addressesOf(connection.id);
    return {
      ...common,
      kind: "oidc" as const,
      issuer: connection.issuer,
      client_id: connection.clientId,
      tenant: connection.tenant,
      redirect_uri: redirectUri,
      backchannel_logout_uri: backchannelLogoutUri,
      claims: attributes,
    };
  }
  const { acsUrl, entityId, metadataUrl, sloUrl } = identity.saml.addressesOf(connection.id);
  const { keys, options, provider } = connection;
  return {
    ...common,
    kind: "saml" as const,
    service_provider: {
      entity_id: entityId,
      acs_url: acsUrl,
      metadata_url: metadataUrl,
      slo_url: sloUrl,
      certificates: [keys.signing.certificatePem, keys.decryption.certificatePem],
      own_keys: ownKeysShape(connection, now),
    },
    identity_provider:
      provider === null
        ? null
        : {
            entity_id: provider.entityId,
            sso_url: provider.sso.url,
            slo_url: provider.slo?.url ?? null,
            binding: provider.sso.binding,
            certificates: provider.certificates.map(({ notAfter, notBefore, sha256, state, subject }) => ({
              sha256,
              subject,
              not_before: instant(notBefore),
              not_after: instant(notAfter),
              state,
              warning: state === "retired" ? null : warningOf(notAfter, now),
            })),
            metadata_url: provider.metadataUrl,
          },
    options: {
      sign_requests: options.signRequests,
      want_assertions_signed: options.wantAssertionsSigned,
      allow_unsolicited: options.allowUnsolicited,
      name_id_format: options.nameIdFormat ?? "",
      authn_contexts: options.authnContexts,
      force_authn: options.forceAuthn,
    },
    attributes,
  };
}

function scimShape(id: string, identity: Identity) {
  const directory = identity.directories.of(id);
  return directory === null
    ? null
    : { base_url: identity.scimUrl(id), last_sync_at: instant(directory.lastSyncAt) };
}

/** What is to be said of a certificate's end; null: nothing yet. Pure. */
export function warningOf(
  notAfter: number,
  now: number,
  whenOver = "the provider may have a new one already",
): string | null {
  if (now >= notAfter) return `It has expired: ${whenOver}.`;
  const days = WARN_DAYS.find((each) => notAfter - now <= each * DAY_MS);
  return days === undefined ? null : `It expires within ${days === 1 ? "a day" : `${days} days`}.`;
}
