import { generateKeyPairSync } from "node:crypto";
import type { JSONWebKeySet } from "jose";
import { SignJWT } from "jose";
import { systemClock } from "#kernel";
import type { OidcBinding, OidcFetch, OidcTrust } from "../contract.ts";

export const ISSUER = "https://id.example";

export const TRUST: OidcTrust = {
  issuer: ISSUER,
  clientId: "holdfast",
  clientSecret: "a client secret that nobody guesses",
  redirectUri: "https://flow.example.org/oidc/c/callback",
  tenant: null,
};

export const BINDING: OidcBinding = {
  state: "s".repeat(43),
  nonce: "n".repeat(43),
  verifier: "v".repeat(43),
};

/** Where a browser comes back to with what it was given. */
export const CALLBACK = `${TRUST.redirectUri}?code=c&state=${BINDING.state}`;

export const LOGOUT_EVENTS = { "http://schemas.openid.net/event/backchannel-logout": {} };

/** A provider behind the `fetch` that a client is given: what it answers is a test's to say. */
export interface TestProvider {
  readonly fetch: OidcFetch;
  /** Members of its configuration, over those it has. Undefined leaves one out. */
  metadata: Readonly<Record<string, unknown>>;
  /** Claims of the ID token, over those that would be good. Undefined leaves one out. */
  claims: Readonly<Record<string, unknown>>;
  userInfo: Readonly<Record<string, unknown>>;
  algorithm: string;
  /** Paths that are out of order at the moment. */
  readonly broken: Set<string>;
  /** How often each path was asked for. */
  readonly asked: Map<string, number>;
  /** What the client sent when it asked for tokens. */
  readonly tokenRequests: URLSearchParams[];
  readonly keys: JSONWebKeySet;
  sign(
    claims: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>;
}

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });

export function testProvider(): TestProvider {
  const keys: JSONWebKeySet = {
    keys: [{ ...RSA.publicKey.export({ format: "jwk" }), kid: "k1", use: "sig" }],
  };
  const sign: TestProvider["sign"] = (claims, header = {}) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: "RS256", kid: "k1", typ: "JWT", ...header })
      .sign(RSA.privateKey);
  const answers: Readonly<Record<string, () => unknown>> = {
    "/.well-known/openid-configuration": () => ({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/auth`,
      token_endpoint: `${ISSUER}/token`,
      userinfo_endpoint: `${ISSUER}/userinfo`,
      jwks_uri: `${ISSUER}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256", "PS256", "RS512"],
      ...provider.metadata,
    }),
    "/jwks": () => keys,
    "/token": async () => {
      const now = Math.floor(systemClock.now() / 1000);
      const good = {
        iss: ISSUER,
        sub: "u-1",
        aud: TRUST.clientId,
        iat: now,
        exp: now + 300,
        nonce: BINDING.nonce,
      };
      const idToken = await sign({ ...good, ...provider.claims }, { alg: provider.algorithm });
      return { access_token: "at", token_type: "Bearer", expires_in: 300, id_token: idToken };
    },
    "/userinfo": () => ({ sub: "u-1", ...provider.userInfo }),
  };
  const provider: TestProvider = {
    metadata: {},
    claims: {},
    userInfo: {},
    algorithm: "RS256",
    broken: new Set(),
    asked: new Map(),
    tokenRequests: [],
    keys,
    sign,
    async fetch(url, init) {
      const { pathname } = new URL(url);
      provider.asked.set(pathname, (provider.asked.get(pathname) ?? 0) + 1);
      if (provider.broken.has(pathname)) throw new TypeError("fetch failed");
      if (pathname === "/token")
        provider.tokenRequests.push(new URLSearchParams(await new Response(init.body).text()));
      const answer = answers[pathname];
      return answer === undefined ? new Response(null, { status: 404 }) : Response.json(await answer());
    },
  };
  return provider;
}
