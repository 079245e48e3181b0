import { ResponseBodyError, WWWAuthenticateChallengeError } from "openid-client";
import type { OidcCode } from "./oidc-error.ts";

/** Errors by which a provider says that the client is the trouble (RFC 6749, 5.2). */
const CLIENT_ERRORS: ReadonlySet<string> = new Set(["invalid_client", "unauthorized_client"]);

/** Whether a provider gave no tokens because it does not take the client, or not by this secret. Pure. */
export function isClientRefused(error: unknown): boolean {
  if (error instanceof ResponseBodyError) return CLIENT_ERRORS.has(error.error);
  // Where tokens are given only a client has anything to prove.
  return error instanceof WWWAuthenticateChallengeError && error.status === 401;
}

/** What the libraries call it, and we. Words of theirs are looked at, and never passed on. Pure. */
export function codeOf(error: unknown): OidcCode {
  if (error instanceof ResponseBodyError || error instanceof WWWAuthenticateChallengeError)
    return "oidc_denied";
  const text = textOf(error);
  if (/AuthorizationResponseError/.test(text)) return "oidc_denied";
  if (/"?state"?/i.test(text) && /parameter/i.test(text)) return "oidc_state";
  if (/nonce/i.test(text)) return "oidc_nonce";
  if (/"?iss"?(?:uer)?\b/i.test(text)) return "oidc_issuer";
  if (/fetch failed|timed out|ECONN|unreachable|egress/i.test(text)) return "oidc_unreachable";
  return "oidc_token";
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined || error.cause === error ? "" : textOf(error.cause);
  return `${error.constructor.name} ${error.message} ${cause}`;
}
