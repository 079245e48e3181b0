import type { WorkChallenge } from "@holdfast/protocol";
import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";
import type { OpenSession, SessionInfo, SignInStep, SignInWay, WebAuthnJson } from "./session-shapes.ts";

/** Signing in and out, proving oneself once more, and one's own sessions. For pages: the session is a cookie. */
export interface SessionMethods {
  session(): Promise<SessionInfo>;
  /** @param returnTo a path of the pages, to which an identity provider's answer leads */
  signInWay(email: string, returnTo?: string): Promise<SignInWay>;
  /**
   * Throws with the code `invalid_credentials`, `too_many_attempts`, `sso_required`, or `challenge_required` when there is no proof of
   * work and there has to be one.
   */
  signInWithPassword(
    email: string,
    password: string,
    /** One of the break-glass codes, where single sign-on is required, and the proof of a challenge's work. */
    more?: { readonly emergencyCode?: string; readonly proof?: string },
  ): Promise<SignInStep>;
  /** What passwords take work on now; null: they take none. */
  signInChallenge(): Promise<{ readonly challenge: WorkChallenge | null }>;
  /** Shows once, by its password, that an account is one's own of which an identity provider spoke. */
  linkAccount(password: string): Promise<SignInStep>;
  signInWithTotp(code: string): Promise<SignInStep>;
  signInWithRecoveryCode(code: string): Promise<SignInStep>;
  signInPasskeyOptions(): Promise<{ readonly options: WebAuthnJson }>;
  signInWithPasskey(response: WebAuthnJson): Promise<SignInStep>;
  /** `url`: where the identity provider ends its own session. */
  signOut(): Promise<{ readonly url?: string }>;
  reauthenticate(
    proof: { readonly password: string } | { readonly code: string } | { readonly recovery_code: string },
  ): Promise<Freshness>;
  reauthenticatePasskeyOptions(): Promise<{ readonly options: WebAuthnJson }>;
  reauthenticateWithPasskey(response: WebAuthnJson): Promise<Freshness>;
  /** Where the identity provider asks once more; it leads back to the path. */
  reauthenticateWithSso(returnTo: string): Promise<{ readonly url: string }>;
  ownSessions(): Promise<readonly OpenSession[]>;
  revokeOwnSession(id: string): Promise<void>;
  revokeOtherSessions(): Promise<void>;
}

interface Freshness {
  readonly fresh_until: string;
  /** Of the session that goes on from here: the one before has ended. */
  readonly csrf?: string;
}

export const IDENTITY = "/holdfast/v1/identity";

export function sessionMethods({ answer, data }: Asking): SessionMethods {
  const post = <T>(purpose: string, where: string, body: unknown): Promise<T> =>
    data<T>({ purpose, path: IDENTITY + where, method: "POST", body });
  return {
    session: () => data({ purpose: "ask who is signed in", path: `${IDENTITY}/session`, method: "GET" }),
    signInWay: (email, returnTo) =>
      post("ask how this address signs in", "/sign-in", {
        email,
        ...(returnTo === undefined ? {} : { return_to: returnTo }),
      }),
    signInWithPassword: (email, password, { emergencyCode, proof } = {}) =>
      post("sign in", "/sign-in/password", {
        email,
        password,
        ...(emergencyCode === undefined ? {} : { emergency_code: emergencyCode }),
        ...(proof === undefined ? {} : { proof }),
      }),
    signInChallenge: () => post("ask what signing in takes", "/sign-in/challenge", {}),
    linkAccount: (password) => post("link the account", "/sign-in/link", { password }),
    signInWithTotp: (code) => post("sign in", "/sign-in/totp", { code }),
    signInWithRecoveryCode: (code) => post("sign in", "/sign-in/recovery-code", { code }),
    signInPasskeyOptions: () => post("begin with a passkey", "/sign-in/passkey/options", {}),
    signInWithPasskey: (response) => post("sign in with a passkey", "/sign-in/passkey", { response }),
    signOut: () => post("sign out", "/sign-out", {}),
    reauthenticate: (proof) => post("confirm that it is you", "/reauthenticate", proof),
    reauthenticatePasskeyOptions: () => post("begin with a passkey", "/reauthenticate/passkey/options", {}),
    reauthenticateWithPasskey: (response) =>
      post("confirm that it is you", "/reauthenticate/passkey", { response }),
    reauthenticateWithSso: (returnTo) =>
      post("confirm that it is you", "/reauthenticate/sso", { return_to: returnTo }),
    ownSessions: () => data({ purpose: "list your sessions", path: `${IDENTITY}/sessions`, method: "GET" }),
    async revokeOwnSession(id) {
      await answer({
        purpose: "end the session",
        path: `${IDENTITY}/sessions${path(id, "revoke")}`,
        method: "POST",
        body: {},
      });
    },
    async revokeOtherSessions() {
      await answer({
        purpose: "end your other sessions",
        path: `${IDENTITY}/sessions/revoke-others`,
        method: "POST",
        body: {},
      });
    },
  };
}
