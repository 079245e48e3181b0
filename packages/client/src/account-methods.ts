import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";
import { IDENTITY } from "./session-methods.ts";
import type { WebAuthnJson } from "./session-shapes.ts";

/** A passkey of one's own. Instants are ISO 8601. */
export interface PasskeyInfo {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly last_used_at: string | null;
  /** It showed signs of a copy, and opens nothing until it is removed. */
  readonly suspended: boolean;
}

/** By what somebody can prove who he is. */
export interface FactorsInfo {
  readonly password: boolean;
  readonly totp: boolean;
  readonly passkeys: number;
  readonly recovery_codes_left: number;
}

export interface RecoveryCodes {
  /** Shown this once. */
  readonly recovery_codes: readonly string[];
}

/** One's own password, passkeys, authenticator and recovery codes. */
export interface AccountMethods {
  factors(): Promise<FactorsInfo>;
  changePassword(current: string, password: string): Promise<void>;
  /** `uri`: what an authenticator reads from a QR code. It counts for nothing until it is confirmed. */
  beginTotp(): Promise<{ readonly secret: string; readonly uri: string }>;
  confirmTotp(code: string): Promise<void>;
  removeTotp(): Promise<void>;
  passkeys(): Promise<readonly PasskeyInfo[]>;
  passkeyOptions(): Promise<{ readonly options: WebAuthnJson }>;
  addPasskey(name: string, response: WebAuthnJson): Promise<void>;
  removePasskey(id: string): Promise<void>;
  /** Ten new ones in the place of those that are left. */
  newRecoveryCodes(): Promise<RecoveryCodes>;
}

export function accountMethods({ answer, data }: Asking): AccountMethods {
  const act = async (purpose: string, where: string, body: unknown = {}): Promise<void> => {
    await answer({ purpose, path: IDENTITY + where, method: "POST", body });
  };
  return {
    factors: () => data({ purpose: "read how you sign in", path: `${IDENTITY}/factors`, method: "GET" }),
    changePassword: (current, password) => act("change the password", "/password", { current, password }),
    beginTotp: () =>
      data({ purpose: "begin with an authenticator", path: `${IDENTITY}/totp`, method: "POST", body: {} }),
    confirmTotp: (code) => act("confirm the authenticator", "/totp/confirm", { code }),
    removeTotp: () => act("remove the authenticator", "/totp/remove"),
    passkeys: () => data({ purpose: "list your passkeys", path: `${IDENTITY}/passkeys`, method: "GET" }),
    passkeyOptions: () =>
      data({ purpose: "begin a passkey", path: `${IDENTITY}/passkeys/options`, method: "POST", body: {} }),
    addPasskey: (name, response) => act("add the passkey", "/passkeys", { name, response }),
    removePasskey: (id) => act("remove the passkey", `/passkeys${path(id, "remove")}`),
    newRecoveryCodes: () =>
      data({
        purpose: "make recovery codes",
        path: `${IDENTITY}/recovery-codes`,
        method: "POST",
        body: {},
      }),
  };
}
