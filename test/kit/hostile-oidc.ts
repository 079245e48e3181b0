import { generateKeyPairSync } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { SignJWT } from "jose";
import { listenLocally } from "./oidc-stage.ts";

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const OTHER = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** What a provider answers with, changed as a test wants it. */
export interface OidcScript {
  /** Claims of the ID token, over those that would be good. Undefined leaves one out. */
  idToken?: Readonly<Record<string, unknown>>;
  userInfo?: Readonly<Record<string, unknown>>;
  signing?:
    | "good"
    | "other key"
    | "none"
    | "hmac with the public key"
    | "hmac with the client secret"
    | "wrong kid";
  discovery?: Readonly<Record<string, unknown>>;
  /** Answers discovery with so many bytes more. */
  padding?: number;
  redirects?: boolean;
  /** What it answers with instead of tokens (RFC 6749, 5.2). */
  tokenError?: {
    readonly status: number;
    readonly error: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** A provider that lies as told. */
export interface HostileOidc extends AsyncDisposable {
  readonly issuer: string;
  script: OidcScript;
  /** Times its keys were asked for. */
  readonly keyReads: () => number;
  /** The nonce of the last request that came in, as the browser brought it. */
  nonce: string;
  logoutToken(claims: Readonly<Record<string, unknown>>, type?: string): Promise<string>;
}

export async function startHostileOidc(): Promise<HostileOidc> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();
  const { origin: issuer, server } = await listenLocally((request, response) => handle(request, response));
  let reads = 0;
  const publicJwk = { ...RSA.publicKey.export({ format: "jwk" }), kid: "k1", use: "sig", alg: "RS256" };
  const publicPem = RSA.publicKey.export({ format: "pem", type: "spki" });

  async function sign(
    claims: Readonly<Record<string, unknown>>,
    signing: OidcScript["signing"],
    typ = "JWT",
  ): Promise<string> {
    const jwt = (alg: string, kid = "k1") => new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ });
    switch (signing) {
      case "other key":
        return jwt("RS256").sign(OTHER.privateKey);
      case "wrong kid":
        return jwt("RS256", "k2").sign(RSA.privateKey);
      case "hmac with the public key":
        return jwt("HS256").sign(Buffer.from(publicPem));
      case "hmac with the client secret":
        return jwt("HS256").sign(Buffer.from("a client secret that nobody guesses"));
      case "none": {
        const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
        return `${part({ alg: "none" })}.${part(claims)}.`;
      }
      default:
        return jwt("RS256").sign(RSA.privateKey);
    }
  }

  const hostile: HostileOidc = {
    issuer,
    script: {},
    nonce: "",
    keyReads: () => reads,
    logoutToken: (claims, type = "logout+jwt") => sign(claims, "good", type),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {
      discovery = {},
      idToken = {},
      padding = 0,
      redirects = false,
      signing,
      tokenError,
      userInfo = {},
    } = hostile.script;
    const path = (request.url ?? "").split("?")[0];
    const json = (value: unknown): void => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (redirects) {
      response.writeHead(302, { location: `${issuer}/elsewhere` });
      response.end();
    } else if (path === "/.well-known/openid-configuration")
      json({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
        authorization_response_iss_parameter_supported: true,
        padding: "x".repeat(padding),
        ...discovery,
      });
    else if (path === "/jwks") {
      reads += 1;
      json({ keys: [publicJwk] });
    } else if (path === "/token" && tokenError !== undefined) {
      const { error, headers, status } = tokenError;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify({ error, error_description: "<b>what it writes of it</b>" }));
    } else if (path === "/token") {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: issuer,
        sub: "u-1",
        aud: "holdfast",
        iat: now,
        exp: now + 300,
        nonce: hostile.nonce,
        email: "bo@example.org",
        email_verified: true,
        groups: ["staff"],
        ...idToken,
      };
      json({
        access_token: "at",
        token_type: "Bearer",
        expires_in: 300,
        id_token: await sign(claims, signing),
      });
    } else if (path === "/userinfo") json({ sub: "u-1", ...userInfo });
    else response.writeHead(404).end();
  }
  handle = (request, response) => {
    answer(request, response).catch(() => response.destroy());
  };
  return hostile;
}
