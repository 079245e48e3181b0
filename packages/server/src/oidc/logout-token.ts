import { createLocalJWKSet, jwtVerify } from "jose";
import type { JSONWebKeySet } from "jose";
import type { LogoutToken, OidcTrust } from "./contract.ts";
import { OidcError } from "./oidc-error.ts";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];
/** What providers call it; most call it nothing in particular (RFC 8725, 3.11). */
const TYPES: ReadonlySet<string | undefined> = new Set([undefined, "jwt", "logout+jwt"]);
const AGE = "5 minutes";
const SKEW_S = 60;
const LIFE_MS = 10 * 60 * 1000;

/**
 * Verifies a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6): the provider's signature, for this client, a moment old,
 * about a logout, and no ID token in disguise. That its id was not seen before is the caller's to know.
 *
 * @throws OidcError `oidc_logout_token`
 */
export async function readLogoutToken({
  keys,
  nowMs,
  token,
  trust,
}: {
  readonly token: string;
  readonly trust: OidcTrust;
  /** The provider's keys, as it publishes them. */
  readonly keys: JSONWebKeySet;
  readonly nowMs: number;
}): Promise<LogoutToken> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: trust.issuer,
      audience: trust.clientId,
      algorithms: ALGORITHMS,
      clockTolerance: SKEW_S,
      currentDate: new Date(nowMs),
      maxTokenAge: AGE,
      requiredClaims: ["iat", "jti", "events"],
    });
    const { events, jti, sub } = payload;
    const { nonce, sid, tid } = payload;
    const isLogout = typeof events === "object" && events !== null && Object.hasOwn(events, EVENT);
    const sessionId = typeof sid === "string" ? sid : null;
    const subject = sub ?? null;
    const isOfTenant = trust.tenant === null || tid === undefined || tid === trust.tenant;
    // An access token under the same key is none, whatever claims it has.
    const isOfKind = TYPES.has(protectedHeader.typ?.toLowerCase());
    if (
      !isOfKind ||
      !isLogout ||
      !isOfTenant ||
      nonce !== undefined ||
      jti === undefined ||
      (subject === null && sessionId === null)
    )
      throw new OidcError("oidc_logout_token");
    return { subject, sessionId, id: jti, expiresAt: nowMs + LIFE_MS };
  } catch (error) {
    throw error instanceof OidcError ? error : new OidcError("oidc_logout_token", error);
  }
}
