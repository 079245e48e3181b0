import type { AuditAction, AuditContext } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";
import type { Digest } from "@holdfast/protocol";
import type { SignedIn } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import type { PasswordRule } from "../passwords/password-rule.ts";
import type { Passwords } from "../passwords/passwords.ts";
import type { CredentialsRecord } from "../records.ts";
import { makeRecoveryCodes, recoveryHash } from "../recovery-codes.ts";
import { hasSecondFactor } from "../second-factor.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { SignIn } from "../sign-in/sign-in.ts";
import type { TotpSecrets } from "../totp/totp-secrets.ts";
import { base32, checkTotp, TOTP_SECRET_BYTES, totpUri } from "../totp/totp.ts";
import { userAuthority } from "../user-authority.ts";

/** Nothing to sign in with. */
export const NO_CREDENTIALS: CredentialsRecord = {
  password: null,
  totp: null,
  passkeys: [],
  recoveryCodes: [],
};

/** What people change about how they themselves sign in. */
export interface OwnAccount {
  /** Ends the other sessions. @throws HoldfastError `invalid_credentials`, `policy_violation`, `too_many_attempts` */
  changePassword(
    who: SignedIn,
    request: { readonly current: string; readonly password: string },
    context: AuditContext,
  ): Promise<void>;
  /** A secret for an authenticator app; nothing changes until a first code of it was right. */
  beginTotp(who: SignedIn): Promise<{ readonly secret: string; readonly uri: string }>;
  /** Whether it is the first factor beside the password. @throws HoldfastError `invalid_credentials` */
  confirmTotp(who: SignedIn, code: string, context: AuditContext): Promise<{ readonly isFirst: boolean }>;
  removeTotp(who: SignedIn, context: AuditContext): Promise<void>;
  /** New codes; the ones before are of no use any more. */
  makeRecoveryCodes(who: SignedIn, context: AuditContext): Promise<readonly string[]>;
}

export function createOwnAccount({
  clock,
  digest,
  instance,
  ledger,
  passwordRule,
  passwords,
  random,
  secrets,
  sessions,
  signIn,
}: {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly passwords: Passwords;
  readonly passwordRule: PasswordRule;
  readonly secrets: TotpSecrets;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly instance: string;
}): OwnAccount {
  /** Secrets that were shown and not confirmed yet, by person. In memory: one that is lost is shown anew. */
  const offered = new Map<string, Uint8Array>();

  const credentialsOf = (id: string): CredentialsRecord => ledger.get("credentials", id) ?? NO_CREDENTIALS;

  async function put(
    { person }: SignedIn,
    value: CredentialsRecord,
    action: AuditAction,
    context: AuditContext,
    also: readonly Change[] = [],
  ): Promise<void> {
    await ledger.commit(
      [{ kind: "credentials", id: person.id, value }, ...also],
      [
        {
          action,
          authority: userAuthority(person, context),
          targets: [{ type: "user", id: person.id, name: person.email }],
          result: "success",
          reason: null,
          changes: {},
        },
      ],
    );
  }

  return {
    async changePassword(who, { current, password }, context) {
      const { person, session } = who;
      if (!(await signIn.isOwnPassword(person, current)))
        throw new HoldfastError("invalid_credentials", "The present password is not right.");
      await passwordRule.check(password, [person.email, person.name]);
      const hash = await passwords.hash(password);
      await ledger.inTurn(() =>
        put(
          who,
          { ...credentialsOf(person.id), password: { hash, setAt: clock.now() } },
          "password.changed",
          context,
          sessions.endings((each) => each.person === person.id && each.id !== session.id),
        ),
      );
    },
    async beginTotp({ person }) {
      const secret = random.bytes(TOTP_SECRET_BYTES);
      offered.set(person.id, secret);
      return { secret: base32(secret), uri: totpUri(secret, person.email, instance) };
    },
    confirmTotp: (who, code, context) =>
      ledger.inTurn(async () => {
        const { id } = who.person;
        const secret = offered.get(id);
        const step = secret === undefined ? null : checkTotp(secret, code, -1, clock.now());
        if (secret === undefined || step === null)
          throw new HoldfastError("invalid_credentials", "This is not the code that the app shows now.");
        const totp = { secret: secrets.seal(id, secret), confirmedAt: clock.now(), lastStep: step };
        const before = credentialsOf(id);
        await put(who, { ...before, totp }, "totp.added", context);
        offered.delete(id);
        return { isFirst: !hasSecondFactor(before) };
      }),
    removeTotp: (who, context) =>
      ledger.inTurn(async () => {
        const before = credentialsOf(who.person.id);
        if (before.totp !== null) await put(who, { ...before, totp: null }, "totp.removed", context);
      }),
    makeRecoveryCodes: (who, context) =>
      ledger.inTurn(async () => {
        const codes = makeRecoveryCodes(random);
        const recoveryCodes = codes.map((code) => recoveryHash(code, digest));
        await put(who, { ...credentialsOf(who.person.id), recoveryCodes }, "recovery_codes.made", context);
        return codes;
      }),
  };
}
