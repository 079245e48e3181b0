import type { Digest } from "@holdfast/protocol";
import type { Clock } from "#kernel";
import type { SecondFactor } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import { recoveryHash } from "../recovery-codes.ts";
import { checkTotp } from "../totp/totp.ts";
import type { TotpSecrets } from "../totp/totp-secrets.ts";

/** A factor that was right, and what has to be committed so that it is not right again. */
export interface UsedFactor {
  readonly change: Change;
  /** Recovery codes that are left. */
  readonly left: number;
}

export interface SecondFactors {
  /** What a person can show beside a password; empty: a password is all there is. */
  of(person: string): readonly SecondFactor[];
  /** Checks a code. Null: it is not right, or was used. Within a turn of the ledger, which is what makes it good once. */
  use(person: string, factor: SecondFactor, code: string): UsedFactor | null;
}

export function createSecondFactors({
  clock,
  digest,
  ledger,
  secrets,
}: {
  readonly ledger: Ledger;
  readonly secrets: TotpSecrets;
  readonly clock: Clock;
  readonly digest: Digest;
}): SecondFactors {
  return {
    of(person) {
      const credentials = ledger.get("credentials", person);
      if (credentials?.totp?.confirmedAt == null) return [];
      return credentials.recoveryCodes.length > 0 ? ["totp", "recovery_code"] : ["totp"];
    },
    use(person, factor, code) {
      const credentials = ledger.get("credentials", person);
      if (credentials === null) return null;
      const { recoveryCodes, totp } = credentials;
      if (factor === "totp") {
        if (totp?.confirmedAt == null) return null;
        const step = checkTotp(secrets.open(person, totp.secret), code, totp.lastStep, clock.now());
        if (step === null) return null;
        const value = { ...credentials, totp: { ...totp, lastStep: step } };
        return { change: { kind: "credentials", id: person, value }, left: recoveryCodes.length };
      }
      const hash = recoveryHash(code, digest);
      const left = recoveryCodes.filter((each) => !digest.equal(each, hash));
      if (left.length === recoveryCodes.length) return null;
      const value = { ...credentials, recoveryCodes: left };
      return { change: { kind: "credentials", id: person, value }, left: left.length };
    },
  };
}
