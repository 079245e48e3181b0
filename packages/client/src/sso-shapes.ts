import type { Role } from "@holdfast/protocol";
import type { GrantInfo } from "./session-shapes.ts";

/** A certificate by which an identity provider is known. Instants are ISO 8601. */
export interface ProviderCertificate {
  readonly sha256: string;
  readonly subject: string;
  readonly not_before: string;
  readonly not_after: string;
  readonly state: "active" | "next" | "retired";
  readonly warning: string | null;
}

/** What an identity provider says of itself. */
export interface ProviderInfo {
  readonly entity_id: string | null;
  readonly sso_url: string | null;
  readonly slo_url: string | null;
  readonly binding: string | null;
  readonly certificates: readonly ProviderCertificate[];
  readonly metadata_url: string | null;
}

/** Metadata that was read and not yet taken. */
export interface MetadataPreview {
  readonly entity_id: string;
  readonly sso_url: string;
  readonly slo_url: string | null;
  readonly binding: string;
  readonly certificates: readonly Omit<ProviderCertificate, "state" | "warning">[];
  readonly name_id_formats: readonly string[];
  readonly warnings: readonly string[];
}

export type MetadataSource = { readonly xml: string } | { readonly url: string };

/** What a group of the directory may do here. */
export interface GroupGrant {
  readonly group: string;
  readonly role: Role;
  readonly environments: readonly string[] | null;
  readonly payloads: boolean;
}

/** Which attributes, or claims, say what. */
export interface AttributeNames {
  readonly email: string | null;
  readonly name: string | null;
  readonly groups: string | null;
}

export interface SamlOptions {
  readonly sign_requests: boolean;
  readonly want_assertions_signed: boolean;
  readonly allow_unsolicited: "off" | "bounce";
  readonly name_id_format: string;
  readonly authn_contexts: readonly string[];
  readonly force_authn: boolean;
}

export interface SignInAttempt {
  readonly at: string;
  readonly outcome: "success" | "refused";
  readonly code: string | null;
  readonly sentence: string | null;
  readonly email_domain: string | null;
  /** What the person who was refused was shown. */
  readonly reference: string | null;
}

export type ConnectionState = "draft" | "optional" | "required" | "disabled";

interface Connection {
  readonly id: string;
  readonly name: string;
  readonly state: ConnectionState;
  readonly domains: readonly string[];
  readonly groups: readonly GroupGrant[];
  /** What somebody without a mapped group gets; null: nothing, and is refused. */
  readonly default_role: Role | null;
  readonly role_ceiling: Role;
  /** Whether people are made when they first sign in. */
  readonly jit: boolean;
  readonly tested: { readonly at: string; readonly by: string } | null;
  /** Until when somebody who signed in by it has to confirm; then it is optional again. */
  readonly confirm_by: string | null;
  readonly attempts: readonly SignInAttempt[];
  readonly scim?: { readonly base_url: string; readonly last_sync_at: string | null } | null;
}

/** A certificate of our end. Instants are ISO 8601. */
export interface OwnKey {
  readonly use: "signing" | "encryption";
  readonly state: "current" | "next";
  readonly sha256: string;
  readonly not_after: string;
  readonly warning: string | null;
}

export interface SamlConnection extends Connection {
  readonly kind: "saml";
  readonly service_provider: {
    readonly entity_id: string;
    readonly acs_url: string;
    readonly metadata_url: string;
    readonly slo_url: string | null;
    readonly certificates: readonly unknown[];
    /** Certificates of our own keys: those at work, and those that will take over. */
    readonly own_keys: readonly OwnKey[];
  };
  readonly identity_provider: ProviderInfo | null;
  readonly options: SamlOptions;
  readonly attributes: AttributeNames;
}

export interface OidcConnection extends Connection {
  readonly kind: "oidc";
  readonly issuer: string | null;
  readonly client_id: string | null;
  readonly redirect_uri: string;
  readonly backchannel_logout_uri: string | null;
  readonly claims: AttributeNames;
}

export type SsoConnection = SamlConnection | OidcConnection;

/** What of a connection is to be different; the secret is never read back. */
export interface ConnectionChange {
  readonly name?: string;
  readonly attributes?: AttributeNames;
  readonly claims?: AttributeNames;
  readonly groups?: readonly GroupGrant[];
  readonly default_role?: Role | null;
  readonly role_ceiling?: Role;
  readonly jit?: boolean;
  readonly options?: Partial<SamlOptions>;
  readonly identity_provider?: {
    readonly entity_id: string;
    readonly sso_url: string;
    readonly certificate: string;
  };
  readonly issuer?: string;
  readonly client_id?: string;
  readonly client_secret?: string;
}

export type ConnectionToMake =
  | { readonly kind: "saml"; readonly name: string }
  | {
      readonly kind: "oidc";
      readonly name: string;
      readonly issuer: string;
      readonly client_id: string;
      readonly client_secret?: string;
    };

/** What would become of somebody with these attributes. */
export interface MapPreview {
  readonly email: string | null;
  readonly name: string | null;
  readonly groups: readonly string[];
  readonly grants: readonly GrantInfo[];
  /** A sentence. */
  readonly verdict: string;
}

export interface SsoTest {
  readonly state: "waiting" | "passed" | "refused";
  readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
  readonly identity?: {
    readonly name_id: string;
    readonly email: string | null;
    readonly groups: readonly string[];
  };
  readonly grants?: readonly GrantInfo[];
  readonly code?: string;
  readonly sentence?: string;
}

export interface DomainInfo {
  readonly domain: string;
  readonly connection: string;
  readonly state: "pending" | "verified" | "failing";
  /** The TXT record that proves it. */
  readonly record_name: string;
  readonly record_value: string;
}
