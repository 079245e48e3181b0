import type { CredentialsRecord } from "./records.ts";

/** Whether an account has more to show than a password: an authenticator, or a passkey, suspended or not. Pure. */
export function hasSecondFactor(credentials: Pick<CredentialsRecord, "passkeys" | "totp"> | null): boolean {
  return credentials !== null && (credentials.totp !== null || credentials.passkeys.length > 0);
}
