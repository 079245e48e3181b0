import type { AuditAct, AuditAction, Grant } from "@holdfast/protocol";
import { HoldfastError, isWithinAny } from "@holdfast/protocol";
import type { Clock } from "#kernel";
import type { Holder, Person, Session } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import type { PersonRecord } from "../records.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { areOwners, wouldBeOwnerless } from "./owners.ts";

/** How a person can sign in, in words for a list. */
export interface PersonFactors {
  readonly password: boolean;
  readonly totp: boolean;
  readonly passkeys: number;
  readonly recoveryCodesLeft: number;
}

/** What those who administer people do with them. */
export interface People {
  list(): readonly Person[];
  get(id: string): Person | null;
  factorsOf(id: string): PersonFactors;
  sessionsOf(id: string): readonly Session[];
  /** @throws HoldfastError `not_found`, `forbidden`, `last_owner` */
  setGrants(by: Holder, id: string, grants: readonly Grant[]): Promise<Person>;
  /** Ends every session and open link at once. @throws HoldfastError `not_found`, `forbidden`, `last_owner` */
  deactivate(by: Holder, id: string, reason: string | null): Promise<void>;
  reactivate(by: Holder, id: string): Promise<void>;
  /** @throws HoldfastError `not_found`, `forbidden` */
  signOut(by: Holder, id: string, reason: string | null): Promise<void>;
  /** An account for emergencies: excluded from enforcement, its sessions short. @throws HoldfastError `forbidden` for who is no owner */
  setBreakGlass(by: Holder, id: string, isBreakGlass: boolean): Promise<void>;
}

const GRANTS_MAX = 50;

export function createPeople({
  clock,
  ledger,
  sessions,
}: {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly clock: Clock;
}): People {
  function person(id: string): PersonRecord {
    const found = ledger.get("person", id);
    if (found === null) throw new HoldfastError("not_found", "There is no such person.");
    return found;
  }

  function mayTouch(by: Holder, { grants }: PersonRecord): void {
    if (!grants.every((grant) => isWithinAny(grant, by.grants)))
      throw new HoldfastError("forbidden", "Nobody decides about somebody who may more than he.");
  }

  function keepAnOwner(id: string, changed: PersonRecord): void {
    if (wouldBeOwnerless(ledger.all("person"), id, changed))
      throw new HoldfastError("last_owner", "This is the last owner: make another one first.");
  }

  async function put(
    by: Holder,
    id: string,
    changed: PersonRecord,
    also: readonly Change[],
    entry: {
      readonly action: AuditAction;
      readonly reason?: string | null;
      readonly changes?: AuditAct["changes"];
    },
  ): Promise<Person> {
    const { action, changes = {}, reason = null } = entry;
    await ledger.commit(
      [{ kind: "person", id, value: changed }, ...also],
      [
        {
          action,
          authority: by.authority,
          targets: [{ type: "user", id, name: changed.email }],
          result: "success",
          reason,
          changes,
        },
      ],
    );
    return { id, ...changed };
  }

  const openLinks = (id: string, email: string): readonly Change[] =>
    ledger
      .all("link")
      .filter(
        ([, link]) =>
          (link.purpose === "reset" && link.person === id) ||
          (link.purpose === "invitation" && (link.email === email || link.invitedBy === id)),
      )
      .map(([each]) => ({ kind: "link", id: each, value: null }) as const);

  return {
    list: () => ledger.all("person").map(([id, record]) => ({ id, ...record })),
    get(id) {
      const found = ledger.get("person", id);
      return found === null ? null : { id, ...found };
    },
    factorsOf(id) {
      const found = ledger.get("credentials", id);
      return {
        password: found?.password != null,
        totp: found?.totp?.confirmedAt != null,
        passkeys: found?.passkeys.filter(({ suspendedAt }) => suspendedAt === null).length ?? 0,
        recoveryCodesLeft: found?.recoveryCodes.length ?? 0,
      };
    },
    sessionsOf: (id) => sessions.of(id),
    setGrants: (by, id, grants) =>
      ledger.inTurn(async () => {
        const before = person(id);
        mayTouch(by, before);
        if (grants.length > GRANTS_MAX)
          throw new HoldfastError("request_invalid", `Somebody has at most ${GRANTS_MAX} grants.`);
        for (const grant of grants)
          if (!isWithinAny(grant, by.grants))
            throw new HoldfastError("forbidden", "Nobody hands on more than he holds.");
        const changed = { ...before, grants };
        keepAnOwner(id, changed);
        return put(by, id, changed, [], {
          action: "person.granted",
          changes: { grants: { from: before.grants.map(inWords), to: grants.map(inWords) } },
        });
      }),
    deactivate: (by, id, reason) =>
      ledger.inTurn(async () => {
        const before = person(id);
        mayTouch(by, before);
        if (before.deactivatedAt !== null) return;
        const changed = { ...before, deactivatedAt: clock.now() };
        keepAnOwner(id, changed);
        const over = sessions.endings((session) => session.person === id);
        await put(by, id, changed, [...over, ...openLinks(id, before.email)], {
          action: "person.deactivated",
          reason,
          changes: { sessions: { from: over.length, to: 0 } },
        });
      }),
    reactivate: (by, id) =>
      ledger.inTurn(async () => {
        const before = person(id);
        mayTouch(by, before);
        if (before.deactivatedAt === null) return;
        await put(by, id, { ...before, deactivatedAt: null }, [], { action: "person.reactivated" });
      }),
    async signOut(by, id, reason) {
      mayTouch(by, person(id));
      await sessions.end(by.authority, (session) => session.person === id, "revoked", reason);
    },
    setBreakGlass: (by, id, isBreakGlass) =>
      ledger.inTurn(async () => {
        const before = person(id);
        mayTouch(by, before);
        if (!areOwners(by.grants) || !areOwners(before.grants))
          throw new HoldfastError("forbidden", "Accounts for emergencies are owners', and owners make them.");
        await put(by, id, { ...before, isBreakGlass }, [], {
          action: "person.changed",
          changes: { break_glass: { from: before.isBreakGlass, to: isBreakGlass } },
        });
      }),
  };
}

/** A grant as the log has it: `admin`, `viewer in staging, preview`, with `+payloads`. Pure. */
export function inWords({ environments, payloads, role }: Grant): string {
  const where = environments === null ? "" : ` in ${environments.join(", ")}`;
  return `${role}${where}${payloads === true ? " +payloads" : ""}`;
}
