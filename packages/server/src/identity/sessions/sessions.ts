import type { AuditAct, AuditContext, Authority, Digest } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";
import type { Begun, Person, Session, SessionStart, SignedIn } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import type { PersonRecord, SessionRecord, SignInPolicyRecord } from "../records.ts";
import { userAuthority } from "../user-authority.ts";
import { hasSecondFactor } from "../second-factor.ts";
import { endOf, FRESH_MS, isAlive, isEmergencyNetwork } from "./session-limits.ts";
import type { SessionUses } from "./session-uses.ts";

export interface SessionsDeps {
  readonly ledger: Ledger;
  readonly uses: SessionUses;
  readonly policy: () => SignInPolicyRecord;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  /** Whether a session of this kind is good for this person now; false where single sign-on is enforced. */
  readonly isAllowed: (person: Person, session: Pick<SessionRecord, "connection" | "method">) => boolean;
}

/** Why a session ended, as the log has it. */
export type SessionEnd =
  | "signed_out"
  | "revoked"
  | "replaced"
  | "password_changed"
  | "deactivated"
  | "provider_logout"
  | "sso_enforced";

export interface Sessions {
  /** Who has this secret, if their session is good at this moment. Null whatever is wrong with it. */
  check(secret: string | null): SignedIn | null;
  /** The same without its being a use: the session ends as if nobody had asked. */
  look(secret: string | null): SignedIn | null;
  /**
   * Begins a session within an act that is under way: its changes and its entry are handed to `also`, which commits them with
   * what belongs to it.
   */
  begin(start: SessionStart, also: readonly Change[], acts: readonly AuditAct[]): Promise<Begun>;
  /** The same session under another secret, after its owner proved again who they are. */
  renew(secret: string, how: string, isStrong: boolean, context: AuditContext): Promise<Begun>;
  /** What a session with this secret is kept under; null: there is none. */
  hashOf(secret: string | null): string | null;
  of(person: string): readonly Session[];
  /** The changes that end these sessions, for an act that ends them. */
  endings(which: (session: Session) => boolean): readonly Change[];
  /** @throws HoldfastError `not_found` */
  end(
    by: Authority,
    which: (session: Session) => boolean,
    why: SessionEnd,
    said?: string | null,
  ): Promise<number>;
}

const SECRET_BYTES = 32;
const ID_CHARS = 16;
/** Ended rows that are removed beside each new one. */
const SWEEP_COUNT = 20;

export function createSessions(deps: SessionsDeps): Sessions {
  const { clock, digest, isAllowed, ledger, policy: policyNow, random, uses } = deps;

  const viewOf = (hash: string, record: SessionRecord): Session => ({
    ...record,
    id: hash.slice(0, ID_CHARS),
    lastUsedAt: uses.lastUsedAt(hash, record.createdAt),
  });
  const alive = (): readonly (readonly [hash: string, session: Session])[] =>
    ledger
      .all("session")
      .map(([hash, record]) => [hash, viewOf(hash, record)] as const)
      .filter(([, session]) => isAlive(session, session.lastUsedAt, clock.now()));

  function signedIn(hash: string, record: SessionRecord): SignedIn | null {
    const session = viewOf(hash, record);
    const now = clock.now();
    const found = ledger.get("person", record.person);
    if (found === null || found.deactivatedAt !== null || !isAlive(session, session.lastUsedAt, now))
      return null;
    const person = { ...found, id: record.person };
    if (!isAllowed(person, session)) return null;
    const { secondFactorRoles } = policyNow();
    const factor = record.isStrong
      ? "shown"
      : hasSecondFactor(ledger.get("credentials", person.id))
        ? "not_shown"
        : "none";
    const wants = person.grants.some(({ role }) => secondFactorRoles.includes(role));
    return {
      person,
      session,
      grants: person.grants,
      isFresh: now < record.freshUntil,
      factor,
      must:
        wants && factor !== "shown"
          ? factor === "none"
            ? "enrol_second_factor"
            : "show_second_factor"
          : null,
    };
  }

  function made(record: SessionRecord): {
    readonly secret: string;
    readonly change: Change;
    readonly hash: string;
  } {
    const secret = Buffer.from(random.bytes(SECRET_BYTES)).toString("base64url");
    const hash = digest.sha256Hex(secret);
    return { secret, hash, change: { kind: "session", id: hash, value: record } };
  }

  function begun(secret: string, hash: string, record: SessionRecord): Begun {
    const result = signedIn(hash, record);
    if (result === null) throw enforced();
    return { secret, signedIn: result };
  }

  const endings = (which: (session: Session) => boolean): readonly Change[] =>
    alive()
      .filter(([, session]) => which(session))
      .map(([id]) => ({ kind: "session", id, value: null }) as const);

  function find(secret: string | null): readonly [hash: string, found: SignedIn] | null {
    if (secret === null || secret.length > 64) return null;
    const hash = digest.sha256Hex(secret);
    const record = ledger.get("session", hash);
    const found = record === null ? null : signedIn(hash, record);
    return found === null ? null : [hash, found];
  }

  return {
    check(secret) {
      const [hash, result] = find(secret) ?? [null, null];
      if (hash !== null) uses.use(hash);
      return result;
    },
    look: (secret) => find(secret)?.[1] ?? null,
    async begin(start, also, acts) {
      const { connection, context, endsAt, instead, isEmergency = false, isStrong, method } = start;
      const now = clock.now();
      const person = arriving(start.person, also) ?? ledger.get("person", start.person);
      if (person === null || person.deactivatedAt !== null)
        throw new HoldfastError("invalid_credentials", "There is no such account, or it is closed.");
      if (!isAllowed({ id: start.person, ...person }, start)) throw enforced();
      const policy = policyNow();
      if ((person.isBreakGlass || isEmergency) && !isEmergencyNetwork(policy, context.address))
        throw new HoldfastError("invalid_credentials", "There is no such account, or it is closed.");
      const record: SessionRecord = {
        person: start.person,
        method,
        isStrong,
        connection,
        ...(isEmergency ? { isEmergency } : {}),
        createdAt: now,
        expiresAt: endOf(policy, {
          isBreakGlass: person.isBreakGlass || isEmergency,
          sessionEndsAt: endsAt,
          now,
        }),
        idleMs: policy.idleMs,
        freshUntil: now + FRESH_MS,
        address: context.address,
        userAgent: context.userAgent?.slice(0, 200) ?? null,
      };
      const { change, hash, secret } = made(record);
      const over = ledger
        .all("session")
        .filter(([id, each]) => id === instead || !isAlive(each, uses.lastUsedAt(id, each.createdAt), now))
        .slice(0, SWEEP_COUNT)
        .map(([id]) => ({ kind: "session", id, value: null }) as const);
      const seen: Change = { kind: "person", id: start.person, value: { ...person, lastSignedInAt: now } };
      const overruled = also.some(({ id, kind }) => kind === "person" && id === start.person);
      await ledger.commit(
        [change, ...over, ...(overruled ? [] : [seen]), ...also],
        [
          {
            action: "session.started",
            authority: userAuthority({ id: start.person, ...person }, context),
            targets: [{ type: "session", id: hash.slice(0, ID_CHARS), name: null }],
            result: "success",
            reason: method,
            changes: connection === null ? {} : { connection: { from: null, to: connection.id } },
          },
          ...acts,
        ],
      );
      return begun(secret, hash, record);
    },
    renew: (old, how, isStrong, context) =>
      ledger.inTurn(async () => {
        const oldHash = digest.sha256Hex(old);
        const record = ledger.get("session", oldHash);
        const before = record === null ? null : signedIn(oldHash, record);
        if (record === null || before === null)
          throw new HoldfastError("unauthenticated", "The session is over.", { next: "Sign in again." });
        const renewed = {
          ...record,
          isStrong: record.isStrong || isStrong,
          freshUntil: clock.now() + FRESH_MS,
        };
        const { change, hash, secret } = made(renewed);
        await ledger.commit(
          [change, { kind: "session", id: oldHash, value: null }],
          [
            {
              action: "session.renewed",
              authority: userAuthority(before.person, context),
              targets: [{ type: "session", id: hash.slice(0, ID_CHARS), name: null }],
              result: "success",
              reason: how,
              changes: {},
            },
          ],
        );
        // Now that it is known: it was used this moment, however old it is.
        uses.use(hash);
        return begun(secret, hash, renewed);
      }),
    hashOf(secret) {
      if (secret === null) return null;
      const hash = digest.sha256Hex(secret);
      return ledger.get("session", hash) === null ? null : hash;
    },
    of: (person) =>
      alive()
        .filter(([, session]) => session.person === person)
        .map(([, session]) => session),
    endings,
    end: (by, which, why, said = null) =>
      ledger.inTurn(async () => {
        const changes = endings(which);
        if (changes.length === 0) return 0;
        await ledger.commit(changes, [
          {
            action: "session.ended",
            authority: by,
            targets: changes
              .slice(0, SWEEP_COUNT)
              .map(({ id }) => ({ type: "session", id: id.slice(0, ID_CHARS), name: null })),
            result: "success",
            reason: why,
            changes: {
              count: { from: changes.length, to: 0 },
              ...(said === null ? {} : { said: { from: null, to: said } }),
            },
          },
        ]);
        return changes.length;
      }),
  };
}

/** A person whose account begins, or changes, in the same commit. */
function arriving(id: string, changes: readonly Change[]): PersonRecord | null {
  const found = changes.find((change) => change.kind === "person" && change.id === id);
  return found?.kind === "person" ? found.value : null;
}

/** What somebody is told who signs in otherwise than their organisation wants. */
export function enforced(): HoldfastError {
  return new HoldfastError("sso_required", "This account signs in by single sign-on.");
}
