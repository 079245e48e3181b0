import type { OidcCode } from "./oidc-error.ts";

/** What the libraries call it, and we. Words of theirs are looked at, and never passed on. Pure. */
export function codeOf(error: unknown): OidcCode {
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
