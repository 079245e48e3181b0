/** Why a provider's answer is refused, with a sentence for administrators: what was expected, and where it is mended. */
const SENTENCES = {
  oidc_discovery:
    "The provider's configuration could not be read below its issuer: check the issuer, and that this server may reach it.",
  oidc_issuer:
    "Something names another issuer than the connection's, or one that many tenants share: give the exact issuer of your tenant.",
  oidc_state:
    "The answer belongs to no sign-in that is open: it came late, twice, or was asked for by somebody else.",
  oidc_nonce: "The ID token was made for another sign-in.",
  oidc_token:
    "The provider's token was not good: its signature, algorithm, audience, age or subject is not what it has to be.",
  oidc_denied: "The provider answered with an error: its own log says why.",
  oidc_client:
    "The provider gives no tokens to this client: check the client id and the secret, and that it may use the authorization code flow there.",
  oidc_auth_time: "The provider was asked for a new sign-in and did not make one.",
  oidc_email_unverified: "The provider says that nobody has shown the address to be theirs.",
  oidc_unreachable: "The provider could not be asked: it does not answer, or this server may not reach it.",
  oidc_logout_token: "The logout token was not good.",
} as const;

export type OidcCode = keyof typeof SENTENCES;

export function oidcSentenceOf(code: OidcCode): string {
  return SENTENCES[code];
}

/** A provider's answer that is refused. It quotes no token and nothing that the provider wrote. */
export class OidcError extends Error {
  override readonly name = "OidcError";
  readonly code: OidcCode;

  constructor(code: OidcCode, cause?: unknown) {
    super(`OpenID Connect refused: ${code}`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
