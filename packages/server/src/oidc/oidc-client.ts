import { decodeProtectedHeader } from "jose";
import type { JSONWebKeySet } from "jose";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
} from "openid-client";
import type { Configuration } from "openid-client";
import type { Clock } from "#kernel";
import { claimsOf } from "./claims.ts";
import type { OidcClient, OidcFetch, OidcIdentity, OidcTrust } from "./contract.ts";
import { readLogoutToken } from "./logout-token.ts";
import { OidcError } from "./oidc-error.ts";
import { codeOf, isClientRefused } from "./what-failed.ts";

/** Signatures that only the provider's own key can make. `none` and those with a shared secret are never among them. */
const ALGORITHMS: ReadonlySet<string> = new Set(["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]);
const SCOPES = "openid email profile";
const SKEW_S = 60;
/** A provider's configuration is read anew after so long. */
const CONFIGURATION_MS = 60 * 60 * 1000;
const KEYS_MS = 5 * 60 * 1000;
/** Issuers whose name says that many tenants share it. */
const SHARED = /^https:\/\/login\.microsoftonline\.com\/(?:common|organizations|consumers)\//;

export interface OidcClientDeps {
  /** Every request goes out by it. */
  readonly fetch: OidcFetch;
  readonly clock: Clock;
}

/** Opens a relying party. What it learns of providers it keeps for an hour, in memory. */
export function createOidcClient({ clock, fetch: send }: OidcClientDeps): OidcClient {
  const keySets = new Map<string, { readonly keys: Promise<JSONWebKeySet>; readonly until: number }>();
  const known = new Map<string, { readonly configuration: Promise<Configuration>; readonly until: number }>();

  async function discover({ clientId, clientSecret, issuer }: OidcTrust): Promise<Configuration> {
    const url = URL.parse(issuer);
    if (url === null || SHARED.test(issuer)) throw new OidcError("oidc_issuer");
    const isLocal = url.protocol === "http:";
    try {
      const configuration = await discovery(
        url,
        clientId,
        { use_mtls_endpoint_aliases: false, [clockTolerance]: SKEW_S },
        clientSecret === null ? None() : ClientSecretPost(clientSecret),
        {
          [customFetch]: (to, { body, headers, method }) =>
            send(to, {
              method,
              headers,
              body: body instanceof Uint8Array ? Buffer.from(body) : (body ?? null),
            }),
          // Settings allow plain http on this machine alone.
          // oxlint-disable-next-line typescript/no-deprecated -- it is marked so that it stands out, as here it should
          execute: [enableNonRepudiationChecks, ...(isLocal ? [allowInsecureRequests] : [])],
        },
      );
      if (configuration.serverMetadata().issuer !== issuer) throw new OidcError("oidc_issuer");
      return configuration;
    } catch (error) {
      throw error instanceof OidcError ? error : new OidcError("oidc_discovery", error);
    }
  }

  function configured(trust: OidcTrust): Promise<Configuration> {
    const key = JSON.stringify([trust.issuer, trust.clientId, trust.clientSecret]);
    const found = known.get(key);
    if (found !== undefined && clock.monotonic() < found.until) return found.configuration;
    const configuration = discover(trust);
    known.set(key, { configuration, until: clock.monotonic() + CONFIGURATION_MS });
    configuration.catch(() => known.delete(key));
    return configuration;
  }

  /** The provider's keys. Asked for once in five minutes at most, whoever sends logout tokens. */
  async function keysOf(trust: OidcTrust): Promise<JSONWebKeySet> {
    const found = keySets.get(trust.issuer);
    if (found !== undefined && clock.monotonic() < found.until) return found.keys;
    const { jwks_uri: url } = (await configured(trust)).serverMetadata();
    if (url === undefined) throw new OidcError("oidc_logout_token");
    const keys = send(url, { method: "GET", headers: { accept: "application/json" } }).then(
      async (answer) => (await answer.json()) as JSONWebKeySet,
    );
    keySets.set(trust.issuer, { keys, until: clock.monotonic() + KEYS_MS });
    keys.catch(() => keySets.delete(trust.issuer));
    return keys;
  }

  return {
    async start(trust, { nonce, state, verifier }, forceAuthn) {
      const configuration = await configured(trust);
      return buildAuthorizationUrl(configuration, {
        redirect_uri: trust.redirectUri,
        response_type: "code",
        scope: SCOPES,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...(forceAuthn ? { prompt: "login", max_age: "0" } : {}),
      }).href;
    },
    async finish(trust, callbackUrl, { nonce, state, verifier }, forcedAt) {
      const configuration = await configured(trust);
      try {
        const tokens = await authorizationCodeGrant(configuration, new URL(callbackUrl), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        }).catch((error: unknown) => {
          throw isClientRefused(error) ? new OidcError("oidc_client", error) : error;
        });
        const claims = tokens.claims();
        const { alg } = decodeProtectedHeader(tokens.id_token ?? "");
        if (claims === undefined || alg === undefined || !ALGORITHMS.has(alg))
          throw new OidcError("oidc_token");
        // Whoever it names as the party it was made for, it is this one (OpenID Connect Core, 3.1.3.7).
        const { azp } = claims;
        if (azp !== undefined && azp !== trust.clientId) throw new OidcError("oidc_token");
        if (trust.tenant !== null && claims["tid"] !== trust.tenant) throw new OidcError("oidc_issuer");
        if (forcedAt !== null && !isSince(claims.auth_time, forcedAt)) throw new OidcError("oidc_auth_time");
        const { userinfo_endpoint: userInfoEndpoint } = configuration.serverMetadata();
        // Its subject is held against that of the ID token.
        const more =
          userInfoEndpoint === undefined
            ? {}
            : await fetchUserInfo(configuration, tokens.access_token, claims.sub);
        return identityOf({ ...more, ...claims });
      } catch (error) {
        throw error instanceof OidcError ? error : new OidcError(codeOf(error), error);
      }
    },
    async readLogoutToken(trust, token, nowMs) {
      const keys = await keysOf(trust).catch((error: unknown) => {
        throw error instanceof OidcError ? error : new OidcError("oidc_unreachable", error);
      });
      return readLogoutToken({ token, trust, keys, nowMs });
    },
    async endSessionUrl(trust, returnTo) {
      const configuration = await configured(trust);
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      return buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: returnTo,
        client_id: trust.clientId,
      }).href;
    },
  };
}

/** Whether somebody signed in at the provider after they were asked to. */
function isSince(authTime: number | undefined, forcedAt: number): boolean {
  return authTime !== undefined && (authTime + SKEW_S) * 1000 >= forcedAt;
}

function identityOf(all: Readonly<Record<string, unknown>>): OidcIdentity {
  const claims = claimsOf(all);
  const verified = all["email_verified"];
  return {
    subject: String(all["sub"]),
    sessionId: claims.get("sid")?.[0] ?? null,
    emailVerified: verified === true || verified === "true" ? true : verified === undefined ? null : false,
    claims,
  };
}
