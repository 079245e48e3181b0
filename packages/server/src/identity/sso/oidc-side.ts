import type { Clock, Random } from "#kernel";
import type { OidcClient, OidcTrust } from "#oidc";
import { OidcError, oidcSentenceOf } from "#oidc";
import type { Connection, Connections } from "./connections.ts";
import type { Delivery, Testimony } from "./provider-side.ts";
import { TestimonyRefused } from "./provider-side.ts";
import type { OidcConnectionRecord } from "./records.ts";
import type { Visit } from "./visits.ts";

export type OidcConnection = OidcConnectionRecord & { readonly id: string };

/** What a visit by OIDC is bound to. */
export interface OidcRequest {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Visits at providers of OpenID Connect. */
export interface OidcSide {
  /** Our addresses, as the provider needs them. */
  addressesOf(id: string): { readonly redirectUri: string; readonly backchannelLogoutUri: string };
  /** @throws TestimonyRefused */
  request(
    connection: OidcConnection,
    forceAuthn: boolean,
  ): Promise<{ readonly delivery: Delivery; readonly request: OidcRequest }>;
  /** The state that an address of the callback names; null: none, or several. */
  stateOf(callbackUrl: unknown): string | null;
  /** @throws TestimonyRefused */
  read(connection: OidcConnection, callbackUrl: unknown, visit: Visit): Promise<Testimony>;
  trustOf(connection: OidcConnection): OidcTrust;
}

const SECRET_BYTES = 32;

export function isOidc(connection: Connection): connection is OidcConnection {
  return connection.kind === "oidc";
}

export function createOidcSide({
  connections,
  oidc,
  publicUrl,
  random,
}: {
  readonly oidc: OidcClient;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly random: Random;
  readonly publicUrl: () => string;
}): OidcSide {
  const secret = (): string => Buffer.from(random.bytes(SECRET_BYTES)).toString("base64url");
  const addressesOf = (id: string) => {
    const base = `${publicUrl()}/oidc/${id}`;
    return { redirectUri: `${base}/callback`, backchannelLogoutUri: `${base}/backchannel-logout` };
  };
  const trustOf = (connection: OidcConnection): OidcTrust => ({
    issuer: connection.issuer,
    clientId: connection.clientId,
    clientSecret: connections.clientSecretOf(connection),
    redirectUri: addressesOf(connection.id).redirectUri,
    tenant: connection.tenant,
  });

  return {
    addressesOf,
    trustOf,
    async request(connection, forceAuthn) {
      const request = { state: secret(), nonce: secret(), verifier: secret() };
      try {
        const url = await oidc.start(trustOf(connection), request, forceAuthn);
        return { delivery: { binding: "redirect", url }, request };
      } catch (error) {
        throw refusalOf(error);
      }
    },
    stateOf(callbackUrl) {
      const states =
        typeof callbackUrl === "string" ? (URL.parse(callbackUrl)?.searchParams.getAll("state") ?? []) : [];
      return states.length === 1 ? (states[0] ?? null) : null;
    },
    async read(connection, callbackUrl, { forceAuthn, request, startedAt }) {
      if (!("state" in request) || typeof callbackUrl !== "string")
        throw new TestimonyRefused("oidc_state", oidcSentenceOf("oidc_state"));
      try {
        const identity = await oidc.finish(
          trustOf(connection),
          callbackUrl,
          request,
          forceAuthn ? startedAt : null,
        );
        // A provider that does not say is believed within the verified domains of its connection, and one that denies it never.
        if (identity.emailVerified === false) throw new OidcError("oidc_email_unverified");
        return {
          statement: { subject: identity.subject, attributes: identity.claims },
          sessionIndex: identity.sessionId,
          endsAt: null,
          // The code is good once at the provider, and the state once here.
          message: null,
          checks: CHECKS.map(([name, detail]) => ({ name, detail, passed: true })),
        };
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

/** What was held when an identity was read, for the page that shows a test. */
const CHECKS = [
  ["state", "The answer belongs to this browser's own request."],
  ["issuer", "It comes from the connection's issuer."],
  ["signature", "The ID token is signed by the issuer's key, and by no shared secret."],
  ["audience", "It is for this client."],
  ["nonce", "It was made for this sign-in."],
  ["time", "It is neither expired nor from the future."],
  ["subject", "The profile is the same subject's."],
] as const;

function refusalOf(error: unknown): unknown {
  return error instanceof OidcError
    ? new TestimonyRefused(error.code, oidcSentenceOf(error.code), [], error)
    : error;
}
