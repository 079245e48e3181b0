import type { Connection } from "./connections.ts";
import type { Delivery, Testimony } from "./provider-side.ts";
import { TestimonyRefused } from "./provider-side.ts";
import type { OidcConnectionRecord } from "./records.ts";
import type { Visit } from "./visits.ts";

export type OidcConnection = OidcConnectionRecord & { readonly id: string };

/** The request of a visit by OIDC. */
export interface OidcRequest {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Visits at providers of OpenID Connect. */
export interface OidcSide {
  /** Our addresses, as the provider needs them. */
  addressesOf(id: string): { readonly redirectUri: string; readonly backchannelLogoutUri: string };
  request(
    connection: OidcConnection,
    forceAuthn: boolean,
  ): Promise<{ readonly delivery: Delivery; readonly request: OidcRequest }>;
  /** The state that an address of the callback names. */
  stateOf(callbackUrl: unknown): string | null;
  /** @throws TestimonyRefused */
  read(connection: OidcConnection, callbackUrl: unknown, visit: Visit): Promise<Testimony>;
}

export function isOidc(connection: Connection): connection is OidcConnection {
  return connection.kind === "oidc";
}

export function createOidcSide(): OidcSide {
  const refuse = async (): Promise<never> => {
    throw new TestimonyRefused("oidc_token", "OpenID Connect is not there yet.");
  };
  return {
    addressesOf: () => ({ redirectUri: "", backchannelLogoutUri: "" }),
    request: refuse,
    read: refuse,
    stateOf: () => null,
  };
}
