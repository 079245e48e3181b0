/** OpenID Connect as a relying party: providers are asked and their tokens verified, and nothing is kept. */
export type { LogoutToken, OidcClient, OidcFetch, OidcTrust } from "./contract.ts";
export { createOidcClient } from "./oidc-client.ts";
export { OidcError, oidcSentenceOf } from "./oidc-error.ts";
