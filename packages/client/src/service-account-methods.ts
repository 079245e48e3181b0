import type { Role } from "@holdfast/protocol";
import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";

/** A token of a service account, as it may be shown. Instants are ISO 8601. */
export interface ServiceTokenInfo {
  readonly id: string;
  readonly name: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
  /** Networks it is good from; null: any. */
  readonly addresses: readonly string[] | null;
  /** Permissions it is cut down to; null: all of its account's. */
  readonly scopes: readonly string[] | null;
}

/** An account that no person signs in to: what it does outlives those who made it. */
export interface ServiceAccountInfo {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly environments: readonly string[] | null;
  readonly payloads: boolean;
  readonly created_at: string;
  readonly tokens: readonly ServiceTokenInfo[];
}

export interface ServiceAccountToMake {
  readonly name: string;
  readonly role: Role;
  readonly environments?: readonly string[];
  readonly payloads?: boolean;
}

export interface ServiceTokenToMake {
  readonly name?: string;
  /** A date, or how long from now. */
  readonly expires?: string;
  readonly addresses?: readonly string[];
  readonly scopes?: readonly string[];
}

export interface ServiceAccountMethods {
  serviceAccounts(): Promise<readonly ServiceAccountInfo[]>;
  createServiceAccount(account: ServiceAccountToMake): Promise<{ readonly id: string }>;
  removeServiceAccount(id: string): Promise<void>;
  /** `secret` is shown this once. */
  createServiceToken(
    account: string,
    token: ServiceTokenToMake,
  ): Promise<{ readonly id: string; readonly secret: string }>;
  revokeServiceToken(account: string, token: string): Promise<void>;
}

const ROOT = "/holdfast/v1/admin/service-accounts";

export function serviceAccountMethods({ answer, data }: Asking): ServiceAccountMethods {
  return {
    serviceAccounts: () => data({ purpose: "list service accounts", path: ROOT, method: "GET" }),
    createServiceAccount: (account) =>
      data({ purpose: "make a service account", path: ROOT, method: "POST", body: account }),
    async removeServiceAccount(id) {
      await answer({
        purpose: "remove the service account",
        path: ROOT + path(id, "remove"),
        method: "POST",
        body: {},
      });
    },
    createServiceToken: (account, token) =>
      data({
        purpose: "make a token",
        path: ROOT + path(account, "tokens"),
        method: "POST",
        body: token,
      }),
    async revokeServiceToken(account, token) {
      await answer({
        purpose: "revoke the token",
        path: ROOT + path(account, "tokens", token, "revoke"),
        method: "POST",
        body: {},
      });
    },
  };
}
