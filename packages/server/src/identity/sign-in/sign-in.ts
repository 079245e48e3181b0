import type { AuditContext, Digest, WorkChallenge } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import type { Clock, Log, Random } from "#kernel";
import type { Begun, PasswordOutcome, Person, SecondFactor } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import type { Passwords } from "../passwords/passwords.ts";
import { readAddress } from "../people/address.ts";
import { areOwners } from "../people/owners.ts";
import type { CredentialsRecord, SignInPolicyRecord } from "../records.ts";
import { enforced } from "../sessions/sessions.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { isEmergencyNetwork } from "../sessions/session-limits.ts";
import type { EmergencyCodes } from "../sso/emergency-codes.ts";
import { anonymous, userAuthority } from "../user-authority.ts";
import { createCrowdGuard } from "./crowd-guard.ts";
import type { Failures } from "./failure-delay.ts";
import { waitMsOf, withFailure } from "./failure-delay.ts";
import { createPending } from "./pending.ts";
import type { SecondFactors } from "./second-factors.ts";

export interface SignInDeps {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly policy: () => SignInPolicyRecord;
  readonly secondFactors: SecondFactors;
  readonly emergencyCodes: EmergencyCodes;
  readonly audit: AuditLog;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  /** Whether this person may have a session of this kind. */
  readonly isAllowed: (
    person: Person,
    session: { readonly connection: null; readonly method: "password" },
  ) => boolean;
}

/** Signing in with a password, and with what is asked for beside it. */
export interface SignIn {
  /**
   * @throws HoldfastError `invalid_credentials` in the same words and after the same work whatever was wrong,
   *   `too_many_attempts` for this address, `challenge_required` while there are too many failures in the whole installation,
   *   `sso_required` once the password was right, `server_busy`
   */
  withPassword(
    request: {
      readonly email: string;
      readonly password: string;
      /** An owner's, for when single sign-on is required and broken. */
      readonly emergencyCode: string | null;
      /** Of the work on a challenge; null: none was done. */
      readonly proof: string | null;
      readonly instead: string | null;
    },
    context: AuditContext,
  ): Promise<PasswordOutcome>;
  /** What each password takes work on now; null: none is asked for. */
  challenge(): WorkChallenge | null;
  /** What a sign-in that is half done still asks for; null: there is none. */
  pending(secret: string | null): readonly SecondFactor[] | null;
  /** @throws HoldfastError `invalid_credentials`; after five of them the sign-in begins anew */
  withSecondFactor(
    request: {
      readonly secret: string | null;
      readonly factor: SecondFactor;
      readonly code: string;
      readonly instead: string | null;
    },
    context: AuditContext,
  ): Promise<Begun>;
  /** Whether a password is this person's own, for acts that ask for it again. Counts like a sign-in. */
  isOwnPassword(person: Person, password: string): Promise<boolean>;
  /** The same of a code of their authenticator app, or a recovery code, which is used up. */
  isOwnCode(person: Person, factor: SecondFactor, code: string, context: AuditContext): Promise<boolean>;
}

const PENDING_MS = 5 * 60 * 1000;
const CODES_MAX = 5;
/** Addresses whose failures are remembered; past them the oldest is forgotten. */
const ADDRESSES_MAX = 100_000;

export function createSignIn(deps: SignInDeps): SignIn {
  const { audit, clock, digest, emergencyCodes, isAllowed, ledger, log, passwords, secondFactors, sessions } =
    deps;
  const failures = new Map<string, Failures>();
  const crowd = createCrowdGuard(deps);
  const pending = createPending<{ readonly person: string; attempts: number }>(deps, PENDING_MS);

  /** Counted before the work is done: who asks twenty times at once has twenty failures. */
  function begin(key: string): void {
    const now = clock.now();
    const known = failures.get(key) ?? null;
    const waitMs = waitMsOf(known, now);
    if (waitMs > 0)
      throw new HoldfastError("too_many_attempts", "Too many attempts for this address.", {
        next: `Wait ${Math.ceil(waitMs / 1000)} s, or sign in by another method.`,
        details: { retryAfterSeconds: Math.ceil(waitMs / 1000) },
      });
    failures.delete(key);
    const [oldest] = failures.keys();
    if (failures.size >= ADDRESSES_MAX && oldest !== undefined) failures.delete(oldest);
    failures.set(key, withFailure(known, now));
  }

  const keyOf = (email: string): string => digest.sha256Hex(readAddress(email)?.text ?? email);

  function personAt(email: string): Person | null {
    const address = readAddress(email)?.text;
    const found = ledger.all("person").find(([, person]) => person.email === address);
    return found === undefined || address === undefined ? null : { id: found[0], ...found[1] };
  }

  function refused(person: Person | null, reason: string, context: AuditContext): HoldfastError {
    if (reason === "password" && crowd.failed())
      log.warn({}, "passwords are guessed from many networks: each takes a proof of work for now");
    audit.note({
      action: "sign_in.refused",
      authority: anonymous(context),
      targets: [{ type: "user", id: person?.id ?? "unknown", name: null }],
      result: "denied",
      reason,
      changes: {},
    });
    return new HoldfastError("invalid_credentials", "The address or the password is not right.");
  }

  /** A hash of before the rules were made harder is made anew, since only now is there a password to make it of. */
  async function renewHash(
    id: string,
    password: string,
    before: CredentialsRecord,
  ): Promise<readonly Change[]> {
    if (before.password === null || !passwords.isOutdated(before.password.hash)) return [];
    const hash = await passwords.hash(password);
    const value = { ...before, password: { ...before.password, hash } };
    return [{ kind: "credentials", id, value }];
  }

  /** An owner whose password was right, past enforcement. The code is used up, and everybody is told. */
  function byEmergency(
    person: Person,
    code: string,
    instead: string | null,
    context: AuditContext,
  ): Promise<PasswordOutcome> {
    return ledger.inTurn(async () => {
      const used = areOwners(person.grants) ? emergencyCodes.use(code) : null;
      if (used === null) throw refused(person, "emergency_code", context);
      log.warn({ person: person.id }, "an owner signed in with a code for emergencies");
      const begun = await sessions.begin(
        {
          person: person.id,
          method: "recovery",
          isStrong: true,
          isEmergency: true,
          connection: null,
          endsAt: null,
          context,
          instead,
        },
        [used],
        [
          {
            action: "break_glass.used",
            authority: userAuthority(person, context),
            targets: [{ type: "user", id: person.id, name: person.email }],
            result: "success",
            reason: "emergency_code",
            changes: {},
          },
        ],
      );
      return { kind: "signed-in", begun };
    });
  }

  return {
    challenge: () => crowd.challenge(),
    async withPassword({ email, emergencyCode, instead, password, proof }, context) {
      // Before anything is counted: what is not tried is nobody's failure.
      if (!crowd.admits(proof)) {
        refused(null, "challenge", context);
        throw new HoldfastError("challenge_required", "Passwords take a proof of work for now.");
      }
      const key = keyOf(email);
      begin(key);
      const person = personAt(email);
      const credentials = person === null ? null : ledger.get("credentials", person.id);
      const isRight = await passwords.isRight(password, credentials?.password?.hash ?? null);
      if (!isRight || person === null || credentials === null) throw refused(person, "password", context);
      if (person.deactivatedAt !== null) throw refused(person, "deactivated", context);
      const policy = deps.policy();
      const isEmergency = person.isBreakGlass || emergencyCode !== null;
      if (isEmergency && !isEmergencyNetwork(policy, context.address))
        throw refused(person, "emergency_network", context);
      const isOpen = policy.password || person.isBreakGlass;
      if (!isOpen || !isAllowed(person, { connection: null, method: "password" })) {
        if (emergencyCode !== null) return byEmergency(person, emergencyCode, instead, context);
        refused(person, "sso_required", context);
        throw enforced();
      }
      failures.delete(key);
      const factors = secondFactors.of(person.id);
      if (factors.length > 0)
        return { kind: "second-factor", secret: pending.open({ person: person.id, attempts: 0 }), factors };
      const also = await renewHash(person.id, password, credentials);
      if (person.isBreakGlass) log.warn({ person: person.id }, "an account for emergencies signed in");
      const begun = await ledger.inTurn(() =>
        sessions.begin(
          {
            person: person.id,
            method: "password",
            isStrong: false,
            connection: null,
            endsAt: null,
            context,
            instead,
          },
          also,
          [],
        ),
      );
      return { kind: "signed-in", begun };
    },
    pending(secret) {
      const found = pending.look(secret);
      return found === null ? null : secondFactors.of(found.person);
    },
    async withSecondFactor({ code, factor, instead, secret }, context) {
      const found = pending.look(secret);
      const person = found === null ? null : ledger.get("person", found.person);
      if (found === null || person === null)
        throw new HoldfastError(
          "unauthenticated",
          "No sign-in is under way in this browser, or it took too long.",
          {
            next: "Begin again with your address and password.",
          },
        );
      const key = `factor of ${found.person}`;
      begin(key);
      found.attempts += 1;
      if (found.attempts > CODES_MAX) pending.take(secret);
      return ledger.inTurn(async () => {
        const used = secondFactors.use(found.person, factor, code);
        if (used === null || pending.look(secret) === null)
          throw refused({ id: found.person, ...person }, factor, context);
        pending.take(secret);
        failures.delete(key);
        const acts =
          factor === "totp"
            ? []
            : [
                {
                  action: "recovery_code.used",
                  authority: userAuthority({ id: found.person, ...person }, context),
                  targets: [{ type: "user", id: found.person, name: person.email }],
                  result: "success",
                  reason: null,
                  changes: { left: { from: used.left + 1, to: used.left } },
                } as const,
              ];
        return sessions.begin(
          {
            person: found.person,
            method: factor === "totp" ? "password" : "recovery",
            isStrong: true,
            connection: null,
            endsAt: null,
            context,
            instead,
          },
          [used.change],
          acts,
        );
      });
    },
    async isOwnCode(person, factor, code, context) {
      const key = `factor of ${person.id}`;
      begin(key);
      return ledger.inTurn(async () => {
        const used = secondFactors.use(person.id, factor, code);
        if (used === null) return false;
        failures.delete(key);
        await ledger.commit(
          [used.change],
          [
            {
              action: "session.renewed",
              authority: userAuthority(person, context),
              targets: [{ type: "user", id: person.id, name: person.email }],
              result: "success",
              reason: factor,
              changes: {},
            },
          ],
        );
        return true;
      });
    },
    async isOwnPassword({ email, id }, password) {
      const key = keyOf(email);
      begin(key);
      const isRight = await passwords.isRight(
        password,
        ledger.get("credentials", id)?.password?.hash ?? null,
      );
      if (isRight) failures.delete(key);
      return isRight;
    },
  };
}
