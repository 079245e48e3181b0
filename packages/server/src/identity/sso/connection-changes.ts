import { X509Certificate } from "node:crypto";
import type { AuditAct } from "@holdfast/protocol";
import type { ConnectionRecord } from "./records.ts";

const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** What changed, in words of the log. No secret is in it. Pure. */
export function connectionChanges(before: ConnectionRecord, after: ConnectionRecord): AuditAct["changes"] {
  const facts = (record: ConnectionRecord): Readonly<Record<string, string | readonly string[] | null>> => ({
    name: record.name,
    groups: record.map.groups.map(
      ({ environments, group, role }) =>
        `${group}: ${role}${environments === null ? "" : ` in ${environments.join(", ")}`}`,
    ),
    attributes: JSON.stringify(record.map.attributes),
    default_role: record.map.defaultRole,
    role_ceiling: record.map.roleCeiling,
    creates_accounts: String(record.map.createsAccounts),
    ...(record.kind === "saml"
      ? {
          options: JSON.stringify(record.options),
          idp_entity_id: record.provider?.entityId ?? null,
          sso_url: record.provider?.sso.url ?? null,
          own_keys: [record.keys, record.nextKeys ?? null].map((pairs) =>
            pairs === null ? "" : fingerprintOf(pairs.signing.certificatePem),
          ),
          certificates: (record.provider?.certificates ?? []).map(
            ({ sha256, state }) => `${sha256} ${state}`,
          ),
        }
      : { issuer: record.issuer, client_id: record.clientId, tenant: record.tenant }),
  });
  const [was, is] = [facts(before), facts(after)];
  return Object.fromEntries(
    Object.keys(is)
      .filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]))
      .map((key) => [key, { from: was[key] ?? null, to: is[key] ?? null }]),
  );
}
