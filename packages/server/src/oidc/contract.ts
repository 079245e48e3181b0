/** What of a connection matters for the protocol. */
export interface OidcTrust {
  /** Exact, as the provider writes it. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, which PKCE protects alone. */
  readonly clientSecret: string | null;
  readonly redirectUri: string;
  /** Of an issuer with many tenants: the one that may speak here (`tid`); null: it has one. */
  readonly tenant: string | null;
}

/** What a visit is bound to. Each is random and used once. */
export interface OidcBinding {
  readonly state: string;
  readonly nonce: string;
  /** PKCE's secret (RFC 7636), of which the provider first sees a digest. */
  readonly verifier: string;
}

/** Whom the provider vouches for, verified. */
export interface OidcIdentity {
  readonly subject: string;
  /** What the provider calls the session there. */
  readonly sessionId: string | null;
  /** True, false, or null where the provider does not say. */
  readonly emailVerified: boolean | null;
  /** Claims that are texts, numbers or lists of them, by name: inert, whatever they are called. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
}

/** A logout that a provider tells of behind the browser's back (OpenID Connect Back-Channel Logout 1.0). */
export interface LogoutToken {
  readonly subject: string | null;
  readonly sessionId: string | null;
  /** Not to be acted on twice. */
  readonly id: string;
  readonly expiresAt: number;
}

/** A relying party of OpenID Connect: code flow with PKCE, and nothing else. */
export interface OidcClient {
  /** Where to send the browser. @throws OidcError */
  start(trust: OidcTrust, binding: OidcBinding, forceAuthn: boolean): Promise<string>;
  /**
   * Reads what came back, asks for the tokens and verifies them: state, issuer, signature, audience, age, nonce, and with
   * `forcedAt` that the sign-in is newer than that.
   *
   * @throws OidcError
   */
  finish(
    trust: OidcTrust,
    callbackUrl: string,
    binding: OidcBinding,
    forcedAt: number | null,
  ): Promise<OidcIdentity>;
  /** @throws OidcError `oidc_logout_token` */
  readLogoutToken(trust: OidcTrust, token: string, nowMs: number): Promise<LogoutToken>;
  /** Where the provider ends its own session; null: it has no such place. @throws OidcError */
  endSessionUrl(trust: OidcTrust, returnTo: string): Promise<string | null>;
}

/** As the platform's own `fetch`; redirects are never followed. */
export type OidcFetch = (url: string, init: RequestInit) => Promise<Response>;
