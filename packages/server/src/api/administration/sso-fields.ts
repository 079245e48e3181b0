import type { Grant } from "@holdfast/protocol";
import { HoldfastError, ROLES } from "@holdfast/protocol";
import type { EnvironmentAdministration } from "#environments";
import type { AccountMap, Connection, ConnectionChange, SamlConnectionRecord } from "#identity";
import { readCertificate } from "#saml";
import { listField, textField, wantedText } from "./fields.ts";
import { booleanField, grantFields, objectField, objectsField, roleField } from "./grant-fields.ts";

type Fields = Readonly<Record<string, unknown>>;

const TEXT_MAX = 2000;

/** The map of accounts, changed where the body says so. @throws HoldfastError `request_invalid`, `environment_unknown` */
export function mapFields(
  fields: Fields,
  before: AccountMap,
  environments: EnvironmentAdministration,
): AccountMap {
  const names = objectField(fields, "attributes") ?? objectField(fields, "claims");
  const groups = objectsField(fields, "groups");
  const defaultRole = "default_role" in fields ? roleOrNull(fields, "default_role") : before.defaultRole;
  return {
    attributes:
      names === null
        ? before.attributes
        : {
            email: nameField(names, "email"),
            name: nameField(names, "name"),
            groups: nameField(names, "groups"),
          },
    groups:
      groups === null
        ? before.groups
        : groups.map((each) => {
            const grant: Grant = grantFields(each, environments);
            return { ...grant, group: cut(wantedText(each, "group"), "group") };
          }),
    defaultRole,
    roleCeiling:
      fields["role_ceiling"] === undefined ? before.roleCeiling : roleField(fields, "role_ceiling"),
    createsAccounts: booleanField(fields, "jit") ?? before.createsAccounts,
  };
}

/** What of a connection's own protocol changes. @throws HoldfastError `request_invalid` */
export function protocolFields(fields: Fields, before: Connection, nowMs: number): ConnectionChange {
  if (before.kind === "oidc") {
    if (
      fields["issuer"] === undefined &&
      fields["client_id"] === undefined &&
      fields["client_secret"] === undefined
    )
      return {};
    const secret = textField(fields, "client_secret");
    return {
      oidc: {
        issuer: httpsUrl(textField(fields, "issuer") ?? before.issuer, "issuer"),
        clientId: cut(textField(fields, "client_id") ?? before.clientId, "client_id"),
        tenant: "tenant" in fields ? textField(fields, "tenant") : before.tenant,
        ...(fields["client_secret"] === undefined ? {} : { clientSecret: secret === "" ? null : secret }),
      },
    };
  }
  const options = objectField(fields, "options");
  const provider = objectField(fields, "identity_provider");
  return {
    ...(options === null ? {} : { options: optionFields(options, before.options) }),
    ...(provider === null ? {} : { provider: providerFields(provider, before, nowMs) }),
  };
}

function optionFields(
  fields: Fields,
  before: SamlConnectionRecord["options"],
): SamlConnectionRecord["options"] {
  const unsolicited = textField(fields, "allow_unsolicited") ?? before.allowUnsolicited;
  if (unsolicited !== "off" && unsolicited !== "bounce")
    throw new HoldfastError("request_invalid", "allow_unsolicited must be off or bounce.");
  const format = "name_id_format" in fields ? textField(fields, "name_id_format") : before.nameIdFormat;
  return {
    signRequests: booleanField(fields, "sign_requests") ?? before.signRequests,
    wantAssertionsSigned: booleanField(fields, "want_assertions_signed") ?? before.wantAssertionsSigned,
    allowUnsolicited: unsolicited,
    nameIdFormat: format === "" ? null : format,
    authnContexts: listField(fields, "authn_contexts") ?? before.authnContexts,
    forceAuthn: booleanField(fields, "force_authn") ?? before.forceAuthn,
  };
}

/** Settings of a provider that were typed in by hand. */
function providerFields(
  fields: Fields,
  before: SamlConnectionRecord,
  nowMs: number,
): NonNullable<SamlConnectionRecord["provider"]> {
  const { notAfter, notBefore, pem, sha256, subject } = readCertificate(
    wantedText(fields, "certificate"),
    nowMs,
  );
  const certificates = (before.provider?.certificates ?? []).filter((each) => each.sha256 !== sha256);
  const slo = textField(fields, "slo_url");
  return {
    entityId: cut(wantedText(fields, "entity_id"), "entity_id"),
    sso: { url: httpsUrl(wantedText(fields, "sso_url"), "sso_url"), binding: "redirect" },
    slo: slo === null || slo === "" ? null : { url: httpsUrl(slo, "slo_url"), binding: "redirect" },
    certificates: [
      { pem, sha256, subject, notBefore, notAfter, state: "active" as const },
      ...certificates.map((each) => ({ ...each, state: "retired" as const })),
    ].slice(0, 4),
    metadataUrl: null,
  };
}

/** An address that people's browsers may be sent to: TLS, or this machine. @throws HoldfastError `request_invalid` */
export function httpsUrl(text: string, name: string): string {
  const url = URL.parse(cut(text, name));
  const isLocal = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (
    url !== null &&
    url.username === "" &&
    (url.protocol === "https:" || (url.protocol === "http:" && isLocal))
  )
    return text;
  throw new HoldfastError("request_invalid", `${name} must be an https address.`);
}

function roleOrNull(fields: Fields, name: string): AccountMap["defaultRole"] {
  const text = textField(fields, name);
  if (text === null || text === "") return null;
  return ROLES.find((role) => role === text) ?? roleField(fields, name);
}

function nameField(fields: Fields, name: string): string | null {
  const text = textField(fields, name);
  return text === null || text === "" ? null : cut(text, name);
}

function cut(text: string, name: string): string {
  if (text.length <= TEXT_MAX) return text;
  throw new HoldfastError("request_invalid", `${name} is longer than ${TEXT_MAX} characters.`);
}
