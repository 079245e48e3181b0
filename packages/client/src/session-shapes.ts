import type { Reach, Role } from "@holdfast/protocol";

/** What somebody may do, and where; null: everywhere, and in the installation. */
export interface GrantInfo {
  readonly role: Role;
  readonly environments: readonly string[] | null;
  /** Whether what events and steps carried may be seen. */
  readonly payloads: boolean;
}

export type SecondFactor = "totp" | "recovery_code";

/** How somebody signed in. */
export type SignInMethod = "password" | "passkey" | "saml" | "oidc" | "recovery";

/** Who is there, and how far a sign-in got. Instants are ISO 8601. */
export interface SessionInfo {
  readonly state: "setup_required" | "signed_out" | "second_factor" | "signed_in";
  readonly instance: { readonly name: string };
  readonly methods: { readonly password: boolean; readonly passkey: boolean };
  readonly second_factors?: readonly SecondFactor[];
  /** An identity provider spoke of an account that has a password: its owner has to show that it is theirs. */
  readonly link?: { readonly connection: string };
  readonly person?: { readonly id: string; readonly name: string; readonly email: string };
  readonly grants?: readonly GrantInfo[];
  /** By name, as the server of this version knows them. */
  readonly permissions?: readonly {
    readonly permission: string;
    readonly reach: Reach | "some environments";
  }[];
  /** Goes along as `x-csrf` with whatever changes something. */
  readonly csrf?: string;
  readonly session?: {
    readonly id: string;
    readonly created_at: string;
    readonly idle_expires_at: string;
    readonly expires_at: string;
    readonly method: SignInMethod;
    readonly connection?: string;
  };
  /** Until when acts that need a fresh proof are answered without another one. */
  readonly fresh_until?: string | null;
  readonly must?: "enrol_second_factor" | "show_second_factor" | null;
  /** Whether this server can send links by mail. */
  readonly mail?: boolean;
  /** Whether this session has shown the second factor of its account, where there is one. */
  readonly factor?: "none" | "shown" | "not_shown";
}

/** A session of one's own, or of a person's. */
export interface OpenSession {
  readonly id: string;
  readonly current: boolean;
  readonly method: SignInMethod;
  readonly connection: string | null;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly address: string | null;
  readonly user_agent: string | null;
}

/** What comes after a proof was taken. */
export type SignInStep =
  | { readonly state: "signed_in" }
  | { readonly state: "second_factor"; readonly second_factors: readonly SecondFactor[] };

/** Where an address signs in. It depends on the domain alone, never on whether there is such a person. */
export type SignInWay =
  | { readonly next: "password" }
  | {
      readonly next: "sso";
      readonly url: string;
      /** Whether there is no other way. */
      readonly required?: boolean;
    };

/** Options and responses of WebAuthn, in its own JSON form (`PublicKeyCredential.toJSON`). */
export type WebAuthnJson = Readonly<Record<string, unknown>>;
