import type { Grant, Role } from "@holdfast/protocol";

/**
 * `draft`: nobody signs in by it, it can be tested. `optional`: people may. `required`: people of its domains must. `disabled`:
 * nobody, and its settings are kept.
 */
export type ConnectionState = "draft" | "optional" | "required" | "disabled";

/** A group of the identity provider, by its exact name there, and what its members may do here. */
export interface GroupGrant extends Grant {
  readonly group: string;
}

/** How what a provider says becomes an account here. */
export interface AccountMap {
  /** Names of attributes or claims; of `email` the subject itself when null. */
  readonly attributes: {
    readonly email: string | null;
    readonly name: string | null;
    readonly groups: string | null;
  };
  readonly groups: readonly GroupGrant[];
  /** What somebody without a group of the list may do; null: nothing, and is not let in. */
  readonly defaultRole: Role | null;
  /** More than this no group gives, whatever the list says. Never `owner`. */
  readonly roleCeiling: Role;
  /** Whether accounts begin with a first sign-in. */
  readonly createsAccounts: boolean;
}

export interface ConnectionBase {
  readonly name: string;
  readonly state: ConnectionState;
  readonly createdAt: number;
  readonly map: AccountMap;
  /** The last test that went through, and who made it. */
  readonly tested: { readonly at: number; readonly by: string } | null;
  /** `required` goes back to `optional` at this time unless somebody confirms it from a session of this connection. */
  readonly confirmBy: number | null;
}

export interface StoredCertificate {
  readonly pem: string;
  readonly sha256: string;
  readonly subject: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly state: "active" | "next" | "retired";
}

/** A key pair of our end. */
export interface StoredKeyPair {
  readonly certificatePem: string;
  /** Sealed by the vault. */
  readonly privateKey: string;
}

/** One signs, and the other is encrypted for. */
export interface OwnKeyPairs {
  readonly signing: StoredKeyPair;
  readonly decryption: StoredKeyPair;
}

export interface SamlConnectionRecord extends ConnectionBase {
  readonly kind: "saml";
  /** Null until the other side's settings were taken. */
  readonly provider: {
    readonly entityId: string;
    readonly sso: { readonly url: string; readonly binding: "redirect" | "post" };
    readonly slo: { readonly url: string; readonly binding: "redirect" | "post" } | null;
    readonly certificates: readonly StoredCertificate[];
    readonly metadataUrl: string | null;
  } | null;
  readonly options: {
    readonly signRequests: boolean;
    readonly wantAssertionsSigned: boolean;
    readonly allowUnsolicited: "off" | "bounce";
    readonly nameIdFormat: string | null;
    readonly authnContexts: readonly string[];
    readonly forceAuthn: boolean;
  };
  readonly keys: OwnKeyPairs;
  /** Those that will take over; they are announced and do nothing yet. Null, and in records of before: none. */
  readonly nextKeys?: OwnKeyPairs | null;
  /** That of before the last change: it opens what a provider encrypted that did not know of it. */
  readonly formerDecryption?: StoredKeyPair | null;
}

export interface OidcConnectionRecord extends ConnectionBase {
  readonly kind: "oidc";
  readonly issuer: string;
  readonly clientId: string;
  /** Sealed by the vault; null: a public client, which has PKCE alone. */
  readonly clientSecret: string | null;
  /** The one tenant of an issuer that has many; null: it has one. */
  readonly tenant: string | null;
}

export type ConnectionRecord = SamlConnectionRecord | OidcConnectionRecord;

/** A domain that people's addresses are in, and the connection that may speak of them. */
export interface DomainRecord {
  readonly connection: string;
  /** What a TXT record of the domain must say. */
  readonly challenge: string;
  readonly claimedAt: number;
  /** Null: nobody has shown yet that it is theirs. */
  readonly verifiedAt: number | null;
  /** `dns`: by its TXT record. `operator`: by whoever runs this server. */
  readonly verifiedBy: "dns" | "operator" | null;
}

/** Whom a provider means by a subject. Kept under `<connection>.<SHA-256 of the subject>`. */
export interface SsoIdentityRecord {
  readonly connection: string;
  readonly subject: string;
  readonly person: string;
  readonly linkedAt: number;
}

/** An assertion or logout message that was acted on. */
export interface UsedMessageRecord {
  readonly expiresAt: number;
}

/** Codes with which owners get in when single sign-on is broken: SHA-256 of those that were not used yet. */
export interface EmergencyCodesRecord {
  readonly codes: readonly string[];
  readonly madeAt: number;
}
