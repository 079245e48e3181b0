import type { AuditAct, AuditContext, Digest } from "@holdfast/protocol";
import type { Random } from "#kernel";
import type { Person } from "../contract.ts";
import { directoryGroupsOf } from "../directory/directory-rows.ts";
import type { Change, Ledger } from "../ledger.ts";
import { inWords } from "../people/people.ts";
import type { PersonRecord } from "../records.ts";
import { userAuthority } from "../user-authority.ts";
import type { MappedAccount, Statement } from "./account-map.ts";
import { mapAccount } from "./account-map.ts";
import type { Connection } from "./connections.ts";
import type { Resolution } from "./resolve-account.ts";
import { resolveAccount } from "./resolve-account.ts";

export interface AccountArrivalDeps {
  readonly ledger: Ledger;
  readonly random: Random;
  readonly digest: Digest;
}

const ID_BYTES = 12;

/** The record of whom a provider means by a subject. Pure. */
export function identityKey(connection: string, subject: string, digest: Digest): string {
  return `${connection}.${digest.sha256Hex(subject)}`;
}

/** Whose account a provider's statement is about, as things stand. */
export function resolve(
  { digest, ledger }: Pick<AccountArrivalDeps, "ledger" | "digest">,
  connection: Connection,
  statement: Statement,
): { readonly account: MappedAccount; readonly resolution: Resolution } {
  const plain = mapAccount(statement, connection.map);
  const personOf = (id: string | undefined): Person | null => {
    const record = id === undefined ? null : ledger.get("person", id);
    return record === null || id === undefined ? null : { id, ...record };
  };
  const { address } = plain;
  const linked = personOf(
    ledger.get("sso-identity", identityKey(connection.id, statement.subject, digest))?.person,
  );
  const sameAddress =
    address === null
      ? null
      : personOf(ledger.all("person").find(([, each]) => each.email === address.text)?.[0]);
  const known = linked ?? sameAddress;
  const account =
    known === null ? plain : mapAccount(statement, connection.map, directoryGroupsOf(ledger, known.id));
  const domain = address === null ? null : ledger.get("sso-domain", address.domain);
  return {
    account,
    resolution: resolveAccount({
      connection: connection.id,
      account,
      createsAccounts: connection.map.createsAccounts,
      isOwnDomain: domain !== null && domain.connection === connection.id && domain.verifiedAt !== null,
      linked,
      sameAddress,
      hasOtherMethods: sameAddress !== null && hasMethods(ledger, sameAddress.id),
    }),
  };
}

/** Whether somebody could ever sign in to an account otherwise than by this provider. */
function hasMethods(ledger: Ledger, id: string): boolean {
  const credentials = ledger.get("credentials", id);
  const isLinked = ledger.all("sso-identity").some(([, { person }]) => person === id);
  return (
    isLinked || (credentials !== null && (credentials.password !== null || credentials.passkeys.length > 0))
  );
}

/**
 * What a resolved account changes, to be committed with the session it begins: a new account, a link to one, what its groups now
 * give.
 */
export function accountChanges(
  { digest, ledger, random }: AccountArrivalDeps,
  connection: Connection,
  statement: Statement,
  resolution: Exclude<Resolution, { readonly kind: "refused" }>,
  context: AuditContext,
  now: number,
): { readonly person: string; readonly changes: readonly Change[]; readonly acts: readonly AuditAct[] } {
  const link = (person: string): Change => ({
    kind: "sso-identity",
    id: identityKey(connection.id, statement.subject, digest),
    value: { connection: connection.id, subject: statement.subject, person, linkedAt: now },
  });
  const act = (
    action: "person.created" | "person.linked" | "person.granted",
    id: string,
    { email }: Pick<PersonRecord, "email">,
    changes: AuditAct["changes"],
  ): AuditAct => ({
    action,
    authority: userAuthority({ id, email }, context),
    targets: [{ type: "user", id, name: email }],
    result: "success",
    reason: connection.id,
    changes,
  });

  if (resolution.kind === "create") {
    const { email, grants, name } = resolution;
    const id = Buffer.from(random.bytes(ID_BYTES)).toString("hex");
    const value: PersonRecord = {
      email,
      name,
      grants,
      createdAt: now,
      deactivatedAt: null,
      lastSignedInAt: now,
      isBreakGlass: false,
      managedBy: connection.id,
      externalId: null,
    };
    return {
      person: id,
      changes: [{ kind: "person", id, value }, link(id)],
      acts: [act("person.created", id, value, { grants: { from: [], to: grants.map(inWords) } })],
    };
  }
  const { grants, kind, person: id } = resolution;
  const before = ledger.get("person", id);
  if (before === null) throw new Error("A resolved account is not there");
  const given = grants ?? before.grants;
  const isGranted = JSON.stringify(given) !== JSON.stringify(before.grants);
  const value = { ...before, grants: given, lastSignedInAt: now };
  return {
    person: id,
    changes: [{ kind: "person", id, value }, ...(kind === "link" ? [link(id)] : [])],
    acts: [
      ...(kind === "link" ? [act("person.linked", id, before, {})] : []),
      ...(isGranted
        ? [
            act("person.granted", id, before, {
              grants: { from: before.grants.map(inWords), to: given.map(inWords) },
            }),
          ]
        : []),
    ],
  };
}
